// From a snapshot to Prometheus's text format.

#pragma once

#include <prometheus/collectable.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/state.h"
#include "exporters/daemon_figures.h"

namespace plumbline {

class Collector : public prometheus::Collectable {
 public:
  // The figures of models are left out until the daemon is ready.
  // `now_ms` and `daemon` are called at each Collect().
  Collector(const State* state, std::function<int64_t()> now_ms,
            std::function<DaemonFigures()> daemon);

  // [Any thread] Fresh values each time; takes no lock that a writer takes.
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const State* const state_;
  const std::function<int64_t()> now_ms_;
  const std::function<DaemonFigures()> daemon_;
  mutable std::mutex mutex_;
  mutable std::vector<size_t> sizes_;  // of the last Collect()
};

// [Any thread] The exposition, in text format 0.0.4.
std::string Exposition(const Collector& collector);

}  // namespace plumbline
