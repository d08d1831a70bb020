// From a snapshot to Prometheus's text format.

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
  // The figures of models are left out until the daemon is ready.
  // `now_ms` and `daemon` are called at each Collect().
  Collector(const PublishedState* state, std::function<int64_t()> now_ms,
            std::function<DaemonFigures()> daemon);

  // [Any thread] Fresh values each time; takes no lock that a writer takes.
  void Collect(const Families::Take& take) const;

 private:
  const PublishedState* const state_;
  const std::function<int64_t()> now_ms_;
  const std::function<DaemonFigures()> daemon_;
};

// [Any thread] The exposition, in text format 0.0.4. It comes in pieces, those
// of one family in their order, but families between each other: put by
// `family`, they are the whole.
using TakeText = std::function<void(size_t family, std::string_view piece)>;
void Expose(const Collector& collector, const TakeText& take);

}  // namespace plumbline
