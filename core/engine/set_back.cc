#include "core/engine/set_back.h"

#include <algorithm>
#include <vector>

namespace plumbline {
namespace {

constexpr int64_t kDayMs = 86'400'000;
// Beyond the longest time window, and the longest history.
constexpr int64_t kBeforeWindows = 91 * kDayMs;
constexpr int64_t kBeforeHistory = 401 * kDayMs;

template <class T>
void NotAfter(int64_t now_ms, T* time) {
  *time = std::min(*time, static_cast<T>(now_ms));
}

}  // namespace

// ---- Pairs ----

PairsSetBack::PairsSetBack(State* state, int64_t now_ms)
    : state_(state), now_ms_(now_ms) {
  for (const Model* model : state->models().Get()) {
    bounds_.emplace(model, BoundsOf(*model));
  }
}

PairsSetBack::Bounds PairsSetBack::BoundsOf(const Model& model) const {
  Bounds bounds{INT64_MIN, INT64_MAX};
  for (const WindowSettings& window :
       state_->settings().For(model.name).windows) {
    if (window.last > 0) continue;
    const int64_t slot_ms = window.length_ms / window.slots;
    const int64_t first = state_->now_ms() / slot_ms - window.slots + 1;
    bounds.kept_from_ms = std::max(bounds.kept_from_ms, first * slot_ms);
    bounds.current_ms =
        std::min(bounds.current_ms, now_ms_ / slot_ms * slot_ms);
  }
  return bounds;
}

// `gone_ms`: the result for positions that windows no longer count.
int64_t PairsSetBack::PlaceOf(const Model& model, int64_t place_ms,
                              int64_t gone_ms) const {
  if (model.by_prediction) return std::min(place_ms, now_ms_);
  const Bounds& bounds = bounds_.at(&model);
  if (place_ms >= bounds.kept_from_ms) return std::min(place_ms, now_ms_);
  // The current slot begins empty and has lost what it counted.
  return place_ms > now_ms_ || place_ms >= bounds.current_ms ? gone_ms
                                                             : place_ms;
}

bool PairsSetBack::Change(Record* record) const {
  const Model* model = state_->owner(record->owner).model;
  if (model == nullptr || !state_->Alive(*record)) return false;
  const auto time = static_cast<int64_t>(record->time);
  const auto label_time = static_cast<int64_t>(record->label_time);
  int64_t new_time = time;
  int64_t new_label_time = std::min(label_time, now_ms_ * 1000);
  switch (record->kind()) {
    case RecordKind::kPrediction:
      if (record->joined) {
        new_time = PlaceOf(*model, time, now_ms_ - kBeforeHistory);
      } else {
        new_time = std::min(time, now_ms_);
        new_label_time = PlaceOf(*model, label_time, now_ms_ - kBeforeWindows);
      }
      break;
    case RecordKind::kLabel:
    case RecordKind::kPastLabel:
      break;
    default:
      return false;
  }
  if (new_time == time && new_label_time == label_time) return false;
  record->time = static_cast<uint64_t>(new_time);
  record->label_time = static_cast<uint64_t>(new_label_time);
  return true;
}

void PairsSetBack::ChangeChain(const PairKey& key) {
  PairTable& table = state_->table();
  bool any = false;
  for (uint32_t r = table.Find(key); r != PairTable::kNone;
       r = table.at(r).next) {
    if (!Change(&table.at(r))) continue;
    state_->dirty_pairs().Mark(r);
    any = true;
  }
  changed_ += any ? 1 : 0;
}

void PairsSetBack::ChangeThoseInMemory() {
  std::vector<PairKey> keys;
  const PairTable& table = state_->table();
  table.ForEach([&](const Record& record) {
    if (&table.at(table.Find(record.key)) == &record) {
      keys.push_back(record.key);
    }
  });
  for (const PairKey& key : keys) ChangeChain(key);
}

bool PairsSetBack::ChangeStored(std::span<const Record> chain) {
  if (chain.empty()) return true;
  bool any = false;
  for (Record record : chain) {
    if (!state_->HasOwner(record.owner)) return false;
    any = Change(&record) || any;
  }
  PairTable& table = state_->table();
  if (!any || table.Find(chain[0].key) != PairTable::kNone) return true;
  // In reverse order, as each record becomes the head of its chain.
  for (auto record = chain.rbegin(); record != chain.rend(); ++record) {
    table.InsertCopy(*record);
  }
  ChangeChain(chain[0].key);
  return true;
}

// ---- All else ----

void State::SetBack(int64_t now_ms) {
  const int64_t from_ms = now_ms_;
  now_ms_ = now_ms;
  const uint32_t first_age = NewAge();
  prediction_ages_.SetBack(now_ms);
  label_ages_.SetBack(now_ms);
  NotAfter(now_ms, &next_retirement_ms_);
  NotAfter(now_ms, &forgotten_until_ms_);
  next_departure_ms_ = INT64_MAX;
  for (Model* model : models_.Get()) SetBack(model, from_ms, first_age);
  Publish();
}

void State::SetBack(Model* model, int64_t from_ms, uint32_t first_age) {
  NotAfter(now_ms_, &model->counts[kLastLabelMs]);
  NotAfter(now_ms_, &model->last_event_ms);
  NotAfter((now_ms_ / FigureHistories::kHourMs + 1) * FigureHistories::kHourMs,
           &model->next_sample_ms);
  model->SetTask(model->task,
                 model->task_origin.load(std::memory_order_relaxed),
                 std::min(model->task_since_ms, now_ms_));
  for (DeletedVersion& gone : model->deleted_versions) {
    NotAfter(now_ms_ + settings_->label_horizon_ms, &gone.until_ms);
    next_departure_ms_ = std::min(next_departure_ms_, gone.until_ms);
  }
  const uint32_t frozen_at =
      model->matrix_frozen_at.load(std::memory_order_relaxed);
  const uint32_t classes = model->class_count();
  const uint32_t matrix = Model::MatrixCells(model->task, classes, frozen_at);
  const uint32_t marginals =
      Model::MarginalCells(model->task, classes, frozen_at);
  for (Version* version : model->versions.Get()) {
    SetBack(model, version, from_ms);
    const uint64_t generation = model->seqlock.Open(now_ms_);
    version->ForAllSeries([&](Series* series) {
      for (Window* window : series->windows.Get()) {
        auto* ring = window->time();
        if (ring == nullptr) continue;
        ring->SetBack(generation, from_ms, now_ms_, matrix, marginals);
        if (window->settings().by_prediction) window->SeeFrom(first_age);
      }
    });
    model->seqlock.Close();
  }
  Touch(model);
  Recharge(model);
}

void State::SetBack(Model* model, Version* version, int64_t from_ms) {
  NotAfter(now_ms_, &version->counts[kLastPredictionMs]);
  for (size_t kind = 0; kind < kDetectors; ++kind) {
    NotAfter(
        now_ms_,
        &version->counts[kDetection + kind * kDetectorCounts + kLastChangeMs]);
  }
  NotAfter(now_ms_, &version->last_event_ms);
  version->figures.SetBack(now_ms_ / FigureHistories::kHourMs, &reclaimer_);
  version->figures_stamp = 0;
  version->drift.SetBack(now_ms_);
  version->estimates.Advance(version->series, from_ms);
  version->estimates.SetBack(version->series, now_ms_);
  version->history.SetBack(now_ms_);
  Touch(model, version);
}

}  // namespace plumbline
