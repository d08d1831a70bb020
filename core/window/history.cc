#include "core/window/history.h"

#include <bit>
#include <vector>

namespace plumbline {
namespace {

int64_t Floor(int64_t ms, int64_t step) { return ms / step * step; }

// Wraps on overflow, which damaged counts can cause.
int64_t Sum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) +
                              static_cast<uint64_t>(b));
}

}  // namespace

void StepCounts::Add(const WindowDelta& window_delta) {
  observations = Sum(observations, window_delta.observations());
  window_delta.matrix().ForEach(
      [this](uint32_t cell, int64_t n) { AddCell(KeyOf(kMatrix, cell), n); });
  window_delta.marginals().ForEach([this](uint32_t cell, int64_t n) {
    AddCell(KeyOf(kMarginals, cell), n);
  });
  window_delta.ForEachErrorSum(
      [this](uint32_t key, int64_t n) { AddCell(KeyOf(kErrorSums, key), n); });
  window_delta.ForEachInSections(
      [this](Section section, uint32_t cell, int64_t n) {
        // Cells of thresholds are reused for other thresholds.
        if (section == Section::kThresholds) return;
        AddCell(KeyOf(kFirstSection + static_cast<uint32_t>(section), cell), n);
      });
}

void StepCounts::Add(const StepCounts& other) {
  observations = Sum(observations, other.observations);
  for (const auto& [key, n] : other.cells) AddCell(key, n);
}

void StepCounts::AddCell(uint32_t key, int64_t n) {
  const auto it = cells.try_emplace(key, 0).first;
  it->second = Sum(it->second, n);
  if (it->second == 0) cells.erase(it);
}

void StepCounts::CopyTo(SlotCounts* counts) const {
  counts->observations = static_cast<uint64_t>(observations);
  for (const auto& [key, n] : cells) {
    const uint32_t cell = CellIn(key);
    const auto value = static_cast<uint64_t>(n);
    std::vector<uint64_t>* into = nullptr;
    switch (const uint32_t kind = KindOf(key)) {
      case kMatrix:
        into = &counts->matrix;
        break;
      case kMarginals:
        into = &counts->marginals;
        break;
      case kErrorSums:
        counts->sparse[static_cast<size_t>(SparseSection::kErrorSums)]
            .entries.emplace_back(cell, value);
        continue;
      default:
        if (kind - kFirstSection >= kSections) continue;
        into = &counts->sections[kind - kFirstSection];
        // At least as large as the statistic expects.
        if (cell >= into->size()) into->resize(std::bit_ceil(cell + 64U));
    }
    if (cell < into->size()) (*into)[cell] = value;
  }
}

int64_t StepCounts::Bytes() const {
  constexpr size_t kStep = 160;  // with its node of the map
  constexpr size_t kCell = 64;   // with its node of the map
  return static_cast<int64_t>(kStep + kCell * cells.size());
}

void KeepBetween(int64_t from_ms, int64_t to_ms, Steps* steps) {
  std::erase_if(*steps, [&](const auto& step) {
    return step.first < from_ms || step.first >= to_ms;
  });
}

void History::Add(int64_t ms, int64_t now_ms, const WindowDelta& window_delta) {
  if (ms < now_ms - kOldestMs) return;
  const bool in_hours = ms < HoursBefore(now_ms);
  AddTo(&steps_[Floor(ms, in_hours ? kHourMs : kMinuteMs)], window_delta);
}

void History::Correct(int64_t ms, int64_t now_ms, const WindowDelta& change) {
  if (!kept_here_) return Add(ms, now_ms, change);
  // The step is a minute, or the hour that it was merged into.
  for (const int64_t length : {kMinuteMs, kHourMs}) {
    const auto step = steps_.find(Floor(ms, length));
    if (step == steps_.end()) continue;
    AddTo(&step->second, change);
    return;
  }
}

void History::SetBack(int64_t now_ms) {
  for (auto step = steps_.upper_bound(now_ms); step != steps_.end();) {
    AddTo(&steps_[Floor(now_ms, kMinuteMs)], step->second);
    Erase(step++);
  }
}

void History::RollUp(int64_t now_ms, int64_t oldest_ms) {
  while (!steps_.empty() && steps_.begin()->first < oldest_ms) {
    Erase(steps_.begin());
  }
  const auto end = steps_.lower_bound(HoursBefore(now_ms));
  for (auto step = steps_.begin(); step != end;) {
    const int64_t hour = Floor(step->first, kHourMs);
    if (step->first == hour) {
      ++step;
      continue;
    }
    AddTo(&steps_[hour], step->second);
    Erase(step++);
  }
}

void History::Put(Steps steps) {
  steps_ = std::move(steps);
  for (const auto& [begin_ms, step] : steps_) bytes_ += step.Bytes();
}

bool History::ForgetOldest() {
  if (steps_.empty()) return false;
  Erase(steps_.begin());
  return true;
}

}  // namespace plumbline
