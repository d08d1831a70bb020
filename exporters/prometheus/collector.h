// Exposes a snapshot in Prometheus's text format.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "core/model/published.h"
#include "exporters/daemon_figures.h"
#include "exporters/prometheus/families.h"

namespace plumbline {

class Collector {
 public:
  // Omits the figures of models until the daemon is ready. Calls `now_ms` and
  // `daemon` in each Collect().
  Collector(const PublishedState* state, std::function<int64_t()> now_ms,
            std::function<DaemonFigures()> daemon);

  // [Any thread] Collects current values. Takes no lock that a writer takes.
  void Collect(const Families::Take& take) const;

 private:
  const PublishedState* const state_;
  const std::function<int64_t()> now_ms_;
  const std::function<DaemonFigures()> daemon_;
};

// [Any thread] Writes the exposition, in text format 0.0.4, in pieces. Pieces
// of one family come in order, but families interleave: concatenated by
// `family`, they are the whole.
using TakeText = std::function<void(size_t family, std::string_view piece)>;
void Expose(const Collector& collector, const TakeText& take);

}  // namespace plumbline
