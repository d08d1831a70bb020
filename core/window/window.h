// Window: one configured window of one series, of time or of the last N pairs.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "core/settings/settings.h"
#include "core/sync/atomics.h"
#include "core/window/last_n_ring.h"
#include "core/window/stored_shape.h"
#include "core/window/time_ring.h"
#include "core/window/window_delta.h"

namespace plumbline {

class Window {
 public:
  using Atomics = StdAtomics;

  // Counts pairs whose prediction was received in age bucket `first_age` or
  // later: a window that a reload adds counts no earlier pair. `sees_all`: the
  // window's series counts all pairs of its version.
  Window(WindowSettings settings, uint32_t first_age, bool sees_all)
      : settings_(std::move(settings)),
        first_age_(first_age),
        slots_(new Slot<Atomics>[SlotCount(settings_)]) {
    if (settings_.last > 0) {
      last_n_.emplace(slots_.get(), static_cast<size_t>(settings_.last),
                      sees_all);
    } else {
      time_.emplace(slots_.get(), static_cast<size_t>(settings_.slots),
                    settings_.length_ms / settings_.slots);
    }
  }

  const WindowSettings& settings() const { return settings_; }
  uint32_t first_age() const { return first_age_; }
  bool IsVisible(uint32_t age) const { return age >= first_age_; }

  // [Writer] The window's ring; null for the other kind.
  TimeRing<Atomics>* time() { return time_ ? &*time_ : nullptr; }
  LastNRing<Atomics>* last_n() { return last_n_ ? &*last_n_ : nullptr; }

  // [Writer] Calls `visit(slot)` for each slot, as a change of `generation`.
  template <class Visit>
  void ForEachSlot(uint64_t generation, Visit visit) {
    for (size_t i = 0; i < SlotCount(settings_); ++i) {
      slots_[i].Touch(generation);
      visit(&slots_[i]);
    }
  }

  // [Writer] From now on counts no pair of an age bucket before this one.
  void SeeFrom(uint32_t age) { first_age_ = age; }

  // [Any thread] See TimeRing::Read.
  void Read(const Seqlock<Atomics>& seqlock, int64_t now_ms, SlotCounts* sum,
            bool exactly = false) const {
    if (time_) {
      time_->Read(seqlock, now_ms, sum, exactly);
    } else {
      last_n_->Read(seqlock, sum);
    }
  }

  // See core/codec/archive.h. The settings are the first field of the window's
  // part.
  template <class Archive>
  void Fields(Archive& archive, const StoredShape& shape);

  // Bytes that a window takes at most. `slot_bytes`: of each slot;
  // `pair_bytes`: of each pair of a last-N window (LastNRing::PairBytes).
  static int64_t Bytes(const WindowSettings& settings, int64_t slot_bytes,
                       int64_t pair_bytes) {
    return static_cast<int64_t>(sizeof(Window)) +
           static_cast<int64_t>(SlotCount(settings)) * slot_bytes +
           settings.last * pair_bytes;
  }

 private:
  static size_t SlotCount(const WindowSettings& settings) {
    return settings.last > 0 ? 1 : static_cast<size_t>(settings.slots);
  }

  const WindowSettings settings_;
  uint32_t first_age_;
  std::unique_ptr<Slot<Atomics>[]> slots_;
  std::optional<TimeRing<Atomics>> time_;
  std::optional<LastNRing<Atomics>> last_n_;
};

}  // namespace plumbline
