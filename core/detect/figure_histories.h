// FigureHistories: those of one version, and what readers see of them.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/archive.h"
#include "core/detect/figure_history.h"
#include "core/settings/settings.h"
#include "core/sync/reclaimer.h"

namespace plumbline {

// What is expected of one figure of a window.
struct ExpectedFigure {
  std::string metric;
  Expected expected;
};

class FigureHistories {
 public:
  FigureHistories() = default;
  FigureHistories(const FigureHistories&) = delete;
  FigureHistories& operator=(const FigureHistories&) = delete;
  ~FigureHistories() { delete published_.load(std::memory_order_relaxed); }

  // [Writer] One for each window and each metric that is wanted; those that are
  // there already go on.
  void Configure(const AnomalySettings& settings, Task task,
                 const std::vector<WindowSettings>& windows,
                 Reclaimer* reclaimer);

  // A figure, and its sampling variance; nullopt if it has no value.
  struct Value {
    std::optional<double> value;
    double variance = 0;
  };
  using Read = std::function<Value(const std::string& metric,
                                   const std::string& window)>;
  // [Writer] Adds the figures as they were at the end of an hour. Those that
  // take no memory yet stay so unless there is room.
  void Add(int64_t hour, const Read& read, bool room, Reclaimer* reclaimer);

  // [Writer] See FigureHistory.
  void SetBack(int64_t hour, Reclaimer* reclaimer);

  // [Writer] What comes means something else.
  void Restart(Reclaimer* reclaimer);

  // [Writer] How many take memory, and how many do not.
  size_t used() const;
  size_t unused() const { return histories_.size() - used(); }

  // [Any thread, within a Reclaimer::Guard]
  std::vector<ExpectedFigure> ExpectedOf(std::string_view window,
                                         int64_t now_ms) const;

  // See core/codec/archive.h. REQUIRES: to load, that Configure() was called as
  // when it was saved. What was loaded is to be published.
  template <class Archive>
  void Do(Archive& archive) {
    for (FigureHistory& history : histories_) history.Do(archive);
  }
  void Publish(Reclaimer* reclaimer);

 private:
  struct Known {
    std::string metric;
    std::string window;
    Baseline baseline;
  };

  int64_t min_history_ms_ = 0;
  std::vector<FigureHistory> histories_;
  std::atomic<const std::vector<Known>*> published_{nullptr};
};

}  // namespace plumbline
