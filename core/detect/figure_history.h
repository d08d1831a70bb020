// FigureHistory: a figure of a window at the end of each hour, and its expected
// value.
//
// A figure varies for three reasons: by chance, as its window holds a limited
// number of pairs; from hour to hour; and because of a fault. The first
// variance is known (that of a proportion). The second is the scatter of the
// history less the first. An anomaly goes beyond both: its score is the
// distance from the expected value in standard deviations,
//
//     score = (x - c) / sqrt(t + s(x) + v (t + s))
//
// where c is the median of the history, t the variance from hour to hour, s(x)
// the sampling variance of the window now, s that of an ordinary hour, and
// v (t + s) the variance of c itself. Scatter is the median absolute deviation
// times 1.4826 (the standard deviation of a normal distribution), so past
// faults have little weight: P. Rousseeuw and C. Croux, "Alternatives to the
// Median Absolute Deviation", JASA 88 (1993).
//
// After two weeks, an hour is compared with the same hour of the week, with two
// to four values each. The scatter is then that of each value from the median
// of the other values of its hour, over all hours.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/codec/archive.h"
#include "core/codec/time_range.h"
#include "core/detect/baseline.h"
#include "core/detect/figure_histories.h"
#include "core/settings/settings.h"

namespace plumbline {

class FigureHistory {
 public:
  static constexpr int64_t kHourMs = FigureHistories::kHourMs;
  static constexpr int64_t kWeek = 168;  // hours

  FigureHistory(std::string metric, WindowSettings window)
      : metric_(std::move(metric)), window_(std::move(window)) {}

  const std::string& metric() const { return metric_; }
  const WindowSettings& window() const { return window_; }
  // True if `window` is the same window with the same settings.
  bool IsOf(const WindowSettings& window) const {
    return window_.name == window.name && window_.SameAs(window) &&
           window_.by_prediction == window.by_prediction;
  }
  void Restart() { *this = FigureHistory(metric_, window_); }
  // True once it takes memory, from its first sample on.
  bool used() const { return !samples_.empty(); }

  // Adds the figure at the end of an hour (hours since the epoch), and its
  // sampling variance. Hours come in order. An hour in which the window is not
  // yet full does not count.
  void Add(int64_t hour, std::optional<double> value, double variance);

  // Sets time back to the end of `hour`: forgets the samples of later hours.
  void SetBack(int64_t hour);

  // nullopt if the history is shorter than `min_history_ms` or four window
  // lengths, or has fewer than kLeast samples.
  std::optional<Baseline> Summarize(int64_t min_history_ms) const;

  static int64_t Bytes() {
    return static_cast<int64_t>(sizeof(FigureHistory) + sizeof(Baseline)) +
           kHours * static_cast<int64_t>(sizeof(Sample)) +
           kWeek * static_cast<int64_t>(sizeof(Baseline::Center));
  }

  // See core/codec/archive.h.
  template <class Archive>
  void Fields(Archive& archive) {
    constexpr int64_t kLastHour = kLastTimeMs / kHourMs;
    archive.Part("a history of figures", [&] {
      FieldBetween(archive, 1, begun_, kNone, kLastHour);
      FieldBetween(archive, 2, first_, kNone, kLastHour);
      FieldBetween(archive, 3, last_, kNone, kLastHour);
      archive.Field(4, samples_);
    });
    if constexpr (Archive::kLoads) {
      const bool whole = samples_.empty() ? first_ == kNone && last_ == kNone
                                          : first_ != kNone && first_ <= last_;
      if (!whole) return archive.Fail();
      if (!samples_.empty()) KeepLastHours();
    }
  }

 private:
  static constexpr int64_t kHours = 4 * kWeek;
  static constexpr int64_t kNone = -1;
  static constexpr size_t kLeast = 12;  // samples

  struct Sample {
    float value = std::numeric_limits<float>::quiet_NaN();  // NaN: no sample
    float variance = 0;
  };

  void SummarizeWeek(Baseline* baseline) const;
  // Converts the samples of a build that kept another number of hours.
  void KeepLastHours();

  std::string metric_;
  WindowSettings window_;
  int64_t begun_ = kNone;  // the first hour, with a full window or not
  int64_t first_ = kNone;  // the first hour with a sample
  int64_t last_ = kNone;
  std::vector<Sample> samples_;  // by hour, modulo kHours
};

}  // namespace plumbline
