// Window: one configured window of one version, of either kind.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "core/settings.h"
#include "core/window/atomics.h"
#include "core/window/last_n_ring.h"
#include "core/window/tally.h"
#include "core/window/time_ring.h"

namespace plumbline {

class Checkpoint;

class Window {
 public:
  using Atomics = StdAtomics;

  // Counts pairs whose prediction was received in age bucket `first_age` or
  // later: a window that is added by a reload never sees what came before it.
  Window(WindowSettings settings, uint32_t first_age)
      : settings_(std::move(settings)),
        first_age_(first_age),
        slots_(new Slot<Atomics>[SlotCount(settings_)]) {
    if (settings_.last > 0) {
      last_n_.emplace(slots_.get(), static_cast<size_t>(settings_.last));
    } else {
      time_.emplace(slots_.get(), static_cast<size_t>(settings_.slots),
                    settings_.length_ms / settings_.slots);
    }
  }

  const WindowSettings& settings() const { return settings_; }
  bool Sees(uint32_t age) const { return age >= first_age_; }

  // [Writer] The ring of either kind; null for the other.
  TimeRing<Atomics>* time() { return time_ ? &*time_ : nullptr; }
  LastNRing<Atomics>* last_n() { return last_n_ ? &*last_n_ : nullptr; }

  // [Any thread] See TimeRing::Read.
  void Read(const Gate<Atomics>& gate, int64_t now_ms, SlotCounts* sum) const {
    if (time_) {
      time_->Read(gate, now_ms, sum);
    } else {
      last_n_->Read(gate, sum);
    }
  }

  // Bytes that a window takes at most, with cells for so many classes.
  static int64_t Bytes(const WindowSettings& settings, uint32_t matrix_cells,
                       uint32_t marginal_cells) {
    int64_t slot = static_cast<int64_t>(sizeof(Slot<Atomics>)) +
                   Cells<Atomics>::HeapBytes(matrix_cells);
    if (marginal_cells > 0) {
      slot += static_cast<int64_t>(sizeof(Cells<Atomics>)) +
              Cells<Atomics>::HeapBytes(marginal_cells);
    }
    return static_cast<int64_t>(SlotCount(settings)) * slot +
           settings.last * static_cast<int64_t>(sizeof(Observation));
  }

 private:
  friend class Checkpoint;

  static size_t SlotCount(const WindowSettings& settings) {
    return settings.last > 0 ? 1 : static_cast<size_t>(settings.slots);
  }

  const WindowSettings settings_;
  const uint32_t first_age_;
  std::unique_ptr<Slot<Atomics>[]> slots_;
  std::optional<TimeRing<Atomics>> time_;
  std::optional<LastNRing<Atomics>> last_n_;
};

}  // namespace plumbline
