// ExpectedFigures: the published part of the histories of a version's figures.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/detect/baseline.h"
#include "core/sync/published_value.h"

namespace plumbline {

struct ExpectedFigure {
  std::string metric;
  Expected expected;
};

class ExpectedFigures {
 public:
  // A figure of a window with a baseline.
  struct Known {
    std::string metric;
    std::string window;
    Baseline baseline;
  };

  // [Any thread, within a Reclaimer::Guard]
  std::vector<ExpectedFigure> Of(std::string_view window, int64_t now_ms) const;

  // [Writer]
  void Publish(std::vector<Known> known, Reclaimer* reclaimer) {
    known_.Publish(known.empty() ? nullptr
                                 : std::make_unique<const std::vector<Known>>(
                                       std::move(known)),
                   reclaimer);
  }

 private:
  PublishedValue<std::vector<Known>> known_;
};

}  // namespace plumbline
