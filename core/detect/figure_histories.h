// FigureHistories: those of one version. What readers see of them is in
// core/detect/expected_figures.h.
//
// The writer's alone.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/detect/expected_figures.h"
#include "core/settings/settings.h"
#include "core/sync/reclaimer.h"

namespace plumbline {

class FigureHistory;

class FigureHistories {
 public:
  static constexpr int64_t kHourMs = 3'600'000;  // from one sample to the next

  explicit FigureHistories(ExpectedFigures* published);
  FigureHistories(const FigureHistories&) = delete;
  FigureHistories& operator=(const FigureHistories&) = delete;
  ~FigureHistories();

  // One for each window and each metric that is wanted; those that are
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
  // Adds the figures as they were at the end of an hour. Those that
  // take no memory yet stay so unless there is room.
  void Add(int64_t hour, const Read& read, bool room, Reclaimer* reclaimer);

  // See FigureHistory.
  void SetBack(int64_t hour, Reclaimer* reclaimer);

  // What comes means something else.
  void Restart(Reclaimer* reclaimer);

  // Memory at most, of so many that take some; else they take none.
  static int64_t MostBytes(size_t used);

  // How many take memory, and how many do not.
  size_t used() const;
  size_t unused() const;

  // See core/codec/archive.h. REQUIRES: to load, that Configure() was called as
  // when it was saved. What was loaded is to be published.
  template <class Archive>
  void Fields(Archive& archive);
  void Publish(Reclaimer* reclaimer);

 private:
  ExpectedFigures* const published_;
  int64_t min_history_ms_ = 0;
  std::vector<FigureHistory> histories_;
};

}  // namespace plumbline
