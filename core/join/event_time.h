// The times of an event that has no timestamp, or one ahead of the clock.

#pragma once

#include <algorithm>
#include <cstdint>

#include "core/event/event.h"

namespace plumbline {

// Orders the labels of one id. A timestamp counts as sent, even ahead of the
// clock.
inline int64_t LabelTimeUs(const Event& event, int64_t now_ms) {
  return event.timestamp_us == kNoTimestamp ? now_ms * 1000
                                            : event.timestamp_us;
}

// When it was predicted. A timestamp ahead of the clock counts as now.
inline int64_t PredictionTimeMs(const Event& event, int64_t now_ms) {
  return event.timestamp_us == kNoTimestamp
             ? now_ms
             : std::min(event.timestamp_us, now_ms * 1000) / 1000;
}

}  // namespace plumbline
