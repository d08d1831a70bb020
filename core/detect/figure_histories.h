// FigureHistories: the figure histories of one version. Readers see
// core/detect/expected_figures.h.
//
// Used by the writer only.

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
  static constexpr int64_t kHourMs = 3'600'000;  // between two samples

  explicit FigureHistories(ExpectedFigures* published);
  FigureHistories(const FigureHistories&) = delete;
  FigureHistories& operator=(const FigureHistories&) = delete;
  ~FigureHistories();

  // Keeps a history for each window and each configured metric. Existing ones
  // continue.
  void Configure(const AnomalySettings& settings, Task task,
                 const std::vector<WindowSettings>& windows,
                 Reclaimer* reclaimer);

  // A figure and its sampling variance; nullopt if it has no value.
  struct Value {
    std::optional<double> value;
    double variance = 0;
  };
  using Read = std::function<Value(const std::string& metric,
                                   const std::string& window)>;
  // Adds the figures as they were at the end of an hour. Without `room`,
  // histories that take no memory yet stay empty.
  void Add(int64_t hour, const Read& read, bool room, Reclaimer* reclaimer);

  // See FigureHistory.
  void SetBack(int64_t hour, Reclaimer* reclaimer);

  // Restarts all histories: figures have another meaning from now on.
  void Restart(Reclaimer* reclaimer);

  // Upper bound of the memory of so many used histories. Others take none.
  static int64_t MostBytes(size_t used);

  // The number of histories that take memory, and of the others.
  size_t used() const;
  size_t unused() const;

  // See core/codec/archive.h. REQUIRES before a load: Configure() with the
  // settings of the save. Call Publish() after a load.
  template <class Archive>
  void Fields(Archive& archive);
  void Publish(Reclaimer* reclaimer);

 private:
  ExpectedFigures* const published_;
  int64_t min_history_ms_ = 0;
  std::vector<FigureHistory> histories_;
};

}  // namespace plumbline
