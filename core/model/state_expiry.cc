// Removal: by time, by the configuration, and to make room.

#include <algorithm>
#include <utility>

#include "core/model/state.h"

namespace plumbline {
namespace {

// A version with an event in this time does not make room for another.
constexpr int64_t kInUseMs = 3'600'000;

int64_t LongestWindow(const ModelSettings& rule) {
  int64_t longest = 0;
  for (const WindowSettings& w : rule.windows) {
    longest = std::max(longest, w.length_ms);
  }
  return longest;
}

bool RemembersPredictions(Model& model, uint32_t age) {
  bool any = false;
  model.ForEachPredictionAgeCounts(
      [&any, age](const AgeCounts* age_counts, uint64_t) {
        any |= age_counts->MarkOf(age) != nullptr;
      });
  return any;
}

}  // namespace

void State::Remove(Model* model) {
  BeforeChange(model);
  for (const Version* version : model->versions.Get()) {
    history_bytes_ -= version->history_bytes;
    owners_.Set(version->owner, {});
  }
  for (const DeletedVersion& gone : model->deleted_versions)
    owners_.Set(gone.owner, {});
  owners_.Set(model->owner, {});
  owners_.Set(model->past_owner(), {});
  model->ForEachPredictionAgeCounts(
      [](AgeCounts* age_counts, uint64_t) { age_counts->DropAll(); });
  model->labels.DropAll();
  window_bytes_ -= model->window_bytes;
  std::erase(touched_, model);
  by_name_.erase(model->name);
  models_.Remove(model);
}

void State::Remove(Model* model, Version* version) {
  BeforeChange(model);
  dirty_models_.ForgetAhead(model);
  const uint32_t owner = version->owner;
  history_bytes_ -= version->history_bytes;
  version->ForAllSeries(
      [model](Series* series) { series->Release(model->counting); });
  model->scores.EndGroup();
  model->sets.EndGroup();
  auto age_counts = std::move(version->age_counts);
  age_counts->EvictAllWaiting();
  if (age_counts->counts().total() > 0) {
    owners_.Set(owner, {age_counts.get(), model, nullptr});
    const int64_t until_ms = now_ms_ + settings_->label_horizon_ms;
    next_departure_ms_ = std::min(next_departure_ms_, until_ms);
    model->deleted_versions.push_back({owner, until_ms, std::move(age_counts)});
  } else {
    owners_.Set(owner, {});
  }
  model->versions.Remove(version);
  Recharge(model);
}

// Picks versions that are not in use: first those without waiting predictions,
// then those silent for longest.
std::vector<Version*> State::VersionsInTheWay(const Model& model) const {
  const std::vector<Version*>& versions = model.versions.Get();
  std::vector<Version*> silent;
  for (Version* version : versions) {
    if (now_ms_ - version->last_event_ms >= kInUseMs) silent.push_back(version);
  }
  const auto limit = static_cast<size_t>(settings_->versions_per_model);
  const size_t count =
      versions.size() < limit ? 0 : versions.size() + 1 - limit;
  if (silent.size() < count) return {};
  std::stable_sort(
      silent.begin(), silent.end(), [](const Version* a, const Version* b) {
        const bool a_waits = a->age_counts->counts().waiting > 0;
        const bool b_waits = b->age_counts->counts().waiting > 0;
        return a_waits != b_waits ? b_waits
                                  : a->last_event_ms < b->last_event_ms;
      });
  silent.resize(count);
  return silent;
}

void State::Retire(Model* model, Version* version) {
  BeforeChange(model);
  ++model->counts[kRetiredVersions];
  model->counts[kRetiredPendingPredictions] +=
      version->age_counts->counts().waiting;
  Touch(model);
  Remove(model, version);
}

// Neighbouring records mostly have the same owner and age.
void State::Sweep(size_t n) {
  uint64_t owner = ~uint64_t{0};
  uint32_t age = 0;
  const AgeCounts::Mark* mark = nullptr;
  table_.Sweep(n, [&](const Record& record) {
    if (record.owner != owner || record.age != age) {
      owner = record.owner;
      age = record.age;
      const AgeCounts* age_counts = owners_[owner].age_counts;
      mark = age_counts == nullptr ? nullptr : age_counts->MarkOf(age);
    }
    return mark == nullptr || !mark->Holds(record);
  });
}

void State::SweepIdle() {
  if (dirty_pairs_.enabled()) return;
  constexpr size_t kLeast = 4096;
  constexpr size_t kTicks = 8;  // ticks that see all records once
  SweepSome(std::max(kLeast, table_.circle() / kTicks + 1));
  if (table_.size() == 0 && table_.circle() > 0) table_.Clear();
}

void State::Expire() {
  while (prediction_ages_.Expired(now_ms_)) {
    const uint32_t age = prediction_ages_.oldest();
    prediction_ages_.PopOldest();
    for (Model* model : models_.Get()) {
      if (RemembersPredictions(*model, age)) BeforeChange(model);
      for (Version* version : model->versions.Get()) {
        const uint64_t waiting = version->age_counts->Expire(age).waiting;
        if (waiting == 0) continue;
        version->counts[kExpiredPredictions] += waiting;
        Touch(model, version);
      }
      for (const DeletedVersion& gone : model->deleted_versions)
        gone.age_counts->Expire(age);
      model->past_labels.Expire(age);
    }
  }
  while (label_ages_.Expired(now_ms_)) {
    const uint32_t age = label_ages_.oldest();
    label_ages_.PopOldest();
    for (Model* model : models_.Get()) {
      if (model->labels.MarkOf(age) != nullptr) BeforeChange(model);
      const uint64_t waiting = model->labels.Expire(age).waiting;
      if (waiting == 0) continue;
      model->counts[kExpiredLabels] += waiting;
      Touch(model);
    }
  }
}

void State::ForgetDeletedVersions() {
  next_departure_ms_ = INT64_MAX;
  for (Model* model : models_.Get()) {
    if (!model->deleted_versions.empty()) BeforeChange(model);
    std::erase_if(
        model->deleted_versions, [this, model](const DeletedVersion& gone) {
          if (gone.until_ms > now_ms_) {
            next_departure_ms_ = std::min(next_departure_ms_, gone.until_ms);
            return false;
          }
          owners_.Set(gone.owner, {});
          model->dirty = true;
          return true;
        });
  }
}

void State::RetireSilent() {
  const std::vector<Model*> models = models_.Get();
  for (Model* model : models) {
    const ModelSettings& rule = settings_->For(model->name);
    const std::vector<Version*> versions = model->versions.Get();
    for (Version* version : versions) {
      if (version->age_counts->counts().total() == 0 &&
          Silent(version->last_event_ms, rule)) {
        Retire(model, version);
      }
    }
    if (model->versions.Get().empty() && model->records == 0 &&
        !rule.Names(model->name) && Silent(model->last_event_ms, rule)) {
      Remove(model);
    }
  }
}

// True if silent for the retirement limit, and for the longest time window:
// then all time windows are empty.
bool State::Silent(int64_t last_event_ms, const ModelSettings& rule) const {
  return now_ms_ - last_event_ms >=
         std::max(settings_->retire_after_ms, LongestWindow(rule));
}

}  // namespace plumbline
