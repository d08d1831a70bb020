#include "core/join/past_labels.h"

#include "core/join/planner.h"

namespace plumbline {

void PastLabels::Keep(Model* model, const PairKey& key, uint64_t bits) {
  if (chain_.HadLabel(*model, bits) ||
      chain_.PastLabels() >= Planner::kPastLabels) {
    return;
  }
  if (!reservation_.Fits(1)) {
    if (!reservation_.MakeRoomOfJoined(1)) return;
    // The eviction may have taken records of this very chain.
    chain_.Load(*model, key);
  }
  const Home home = LongestLiving(*model);
  if (home.until_ms < 0) return;
  const uint32_t number = state_->table().Insert(key);
  Record& record = state_->table().at(number);
  record.set_kind(RecordKind::kPastLabel);
  record.joined = 1;
  record.set_early(model->IsTaskOpen());
  record.set_label(bits);
  chain_.MarkDirty(number);
  Count(model, home, &record);
  chain_.Append(number);
}

// The model owns past labels, since versions come and go.
PastLabels::Home PastLabels::LongestLiving(const Model& model) const {
  Home home;
  for (const uint32_t r : chain_) {
    const Record& record = state_->table().at(r);
    const bool label = record.kind() == RecordKind::kLabel;
    if (!label && record.kind() != RecordKind::kPrediction) continue;
    const AgeBuckets& ages =
        label ? state_->label_ages() : state_->prediction_ages();
    // Among equal lifetimes the youngest pair wins, whatever the order of the
    // chain.
    const int64_t expiry_ms = ages.ExpiryOf(record.age);
    if (expiry_ms < home.until_ms ||
        (expiry_ms == home.until_ms &&
         (label || (home.owner != model.owner && record.age < home.age)))) {
      continue;
    }
    home = {label ? model.owner : model.past_owner(), record.age, expiry_ms};
  }
  return home;
}

void PastLabels::Count(Model* model, const Home& home, Record* past) {
  past->owner = home.owner;
  past->age = home.age;
  past->set_number(model->next_number++);
  state_->owner(home.owner).age_counts->AddPast(home.age, past->number());
}

void PastLabels::Rehome(Model* model, const Record& pair) {
  const Home home = {model->past_owner(), pair.age,
                     state_->prediction_ages().ExpiryOf(pair.age)};
  for (const uint32_t r : chain_) {
    Record& record = state_->table().at(r);
    if (record.kind() != RecordKind::kPastLabel) continue;
    const AgeBuckets& ages = record.owner == model->owner
                                 ? state_->label_ages()
                                 : state_->prediction_ages();
    if (ages.ExpiryOf(record.age) >= home.until_ms) continue;
    state_->owner(record.owner).age_counts->RemovePast(record.age);
    Count(model, home, &record);
    chain_.MarkDirty(r);
  }
}

}  // namespace plumbline
