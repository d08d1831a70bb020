#include "core/join/reservation.h"

#include "core/join/record_counts.h"
#include "core/pairs/class_set.h"

namespace plumbline {
namespace {

int64_t Waiting(const State& state) {
  uint64_t waiting = 0;
  for (const Model* model : state.models().Get()) {
    const AgeCounts::Counts& labels = model->labels.counts();
    waiting += labels.waiting + labels.waiting_details;
    for (const Version* version : model->versions.Get()) {
      const AgeCounts::Counts& counts = version->age_counts->counts();
      waiting += counts.waiting + counts.waiting_details;
    }
  }
  return static_cast<int64_t>(waiting);
}

}  // namespace

// Under the policy to refuse, a request is taken only if its predictions and
// early labels would fit even if all were new. Room is made only for those that
// are new, so a resend evicts nothing.
bool Reservation::Admit(const EventBatch& batch) {
  batch_ = &batch;
  reserved_ = 0;
  // If the first part of a request was taken, so is the rest.
  if (state_->settings().evict_oldest || batch.is_rest) return true;
  ReserveAll();
  if (Fits(0)) return true;
  const int64_t as_new = CountFresh();
  if (as_new == 0) return true;
  if (Waiting(*state_) + as_new > RecordLimit(state_->settings()) ||
      !MakeRoomOfJoined(0)) {
    return false;
  }
  // Eviction may have removed records of events in this batch. They need a new
  // record then.
  CountFresh();
  if (Fits(0)) return true;
  ReserveAll();
  return MakeRoomOfJoined(0);
}

// Reserves as if all events were new.
void Reservation::ReserveAll() {
  fresh_.clear();
  reserved_ = static_cast<int64_t>(batch_->to_follow);
  for (const Event& event : batch_->events) {
    fresh_.push_back(RecordsOf(*batch_, event));
    reserved_ += fresh_.back();
  }
}

// Finds which events need a record. Returns the number needed if all
// predictions and early labels were new.
int64_t Reservation::CountFresh() {
  auto as_new = static_cast<int64_t>(batch_->to_follow);
  reserved_ = as_new;
  for (size_t i = 0; i < batch_->events.size(); ++i) {
    const Event& event = batch_->events[i];
    if (!event.has_id) continue;
    const bool known = IsKnown(event);
    const bool predicts = event.prediction_kind != ValueKind::kNone;
    const uint32_t records = RecordsOf(*batch_, event);
    as_new += predicts || chain_.empty() ? records : 0;
    fresh_[i] = known ? 0 : records;
    reserved_ += fresh_[i];
  }
  return as_new;
}

// True if the chain has a prediction of the event's version, or any record if
// the event has a label only. Loads the chain of the event.
bool Reservation::IsKnown(const Event& event) {
  PairKey key;
  chain_.Clear();
  if (names_.KeyOf(event, &key)) chain_.Load(*names_.ModelOf(event), key);
  if (chain_.empty()) return false;
  if (event.prediction_kind == ValueKind::kNone) return true;
  const Version* version = names_.VersionOf(event, *names_.ModelOf(event));
  return version != nullptr && chain_.HasPrediction(version->owner);
}

// A new prediction needs a record, and so does a label that finds none to
// score.
int64_t Reservation::RecordsNeeded(const Plan& plan) const {
  if (!plan.event->has_id) return 0;
  const int64_t records = plan.Predicts() ? 1 + plan.details : 0;
  if (!plan.TakesLabel()) {
    const bool copies = plan.Predicts() && plan.standing != nullptr;
    return records + static_cast<int64_t>(
                         copies ? chain_.LabelDetailsOf(*plan.standing) : 0);
  }
  const auto count = [this](RecordKind kind) {
    return static_cast<int64_t>(chain_.Count(kind));
  };
  const int64_t predictions = plan.Predicts() + count(RecordKind::kPrediction);
  const int64_t of_label = SetDetails(plan.label.set.count);
  if (plan.label_half == Half::kNew && predictions == 0) return 1 + of_label;
  if (of_label == 0) return records;
  // One more, for the label itself if its pair is evicted for this room.
  return records + of_label * (predictions + count(RecordKind::kLabel)) + 1;
}

bool Reservation::ForgetFor(int64_t needed) {
  if (!MayFit(needed)) return false;
  MakeRoom(state_, reserved_ + needed, state_->settings().evict_oldest);
  return true;
}

// True if enough records may be evicted.
bool Reservation::MayFit(int64_t needed) const {
  return state_->settings().evict_oldest ||
         Waiting(*state_) + reserved_ + needed <=
             RecordLimit(state_->settings());
}

// A waiting label is worth nothing without its classes.
bool Reservation::KeepsSet(const Plan& plan) const {
  auto more = static_cast<int64_t>(SetDetails(plan.label.set.count));
  if (plan.label_half == Half::kNew) {
    if (more == 0 || !WouldWait(plan)) return true;
    ++more;  // the label itself
  } else if (plan.label_half == Half::kCorrection && !plan.standing->joined) {
    more -= static_cast<int64_t>(chain_.LabelDetailsOf(*plan.standing));
  } else {
    return true;
  }
  return more <= 0 || Fits(more);
}

// True if other requests have taken the room that was admitted for all parts of
// this one.
bool Reservation::LacksRoom(const Plan& plan, int64_t needed) const {
  if (needed == 0 || state_->settings().evict_oldest) return false;
  const bool adds =
      plan.Predicts() || (plan.label_half == Half::kNew && WouldWait(plan));
  return adds && !plumbline::Fits(*state_, needed);
}

// True for a new label that scores nothing yet.
bool Reservation::WouldWait(const Plan& plan) const {
  return plan.event->has_id && !plan.Predicts() &&
         !chain_.HasWaitingPrediction();
}

}  // namespace plumbline
