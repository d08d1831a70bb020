#include "core/detect/figure_history.h"

#include <algorithm>
#include <cmath>

namespace plumbline {
namespace {

// REQUIRES: not empty.
double MedianOf(std::vector<double> values) {
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// Of the median of n values, in variances of one of them, if they are normal.
double VarianceOfMedian(size_t n) {
  constexpr double kOfFew[] = {0, 1, 0.5, 0.449, 0.298};
  constexpr double kHalfPi = 1.5707963267948966;
  return n < std::size(kOfFew) ? kOfFew[n] : kHalfPi / static_cast<double>(n);
}

// The variance of normal values that lie so far from their middle.
double VarianceOf(const std::vector<double>& deviations) {
  constexpr double kNormal = 1.4826;
  const double scale = kNormal * MedianOf(deviations);
  return scale * scale;
}

// The place of an hour in the week.
size_t InWeek(int64_t hour) {
  return static_cast<size_t>(hour % FigureHistory::kWeek);
}

}  // namespace

std::optional<Expected> Baseline::Of(const Center& center,
                                     double spread) const {
  return Expected{center.value,
                  spread + VarianceOfMedian(center.n) * (spread + sampling_)};
}

std::optional<Expected> Baseline::At(int64_t now_ms) const {
  if (by_hour_.empty()) return Of(all_, spread_);
  const int64_t hour = now_ms / FigureHistory::kHourMs;
  const Center& before = by_hour_[InWeek(hour)];
  const Center& after = by_hour_[InWeek(hour + 1)];
  if (before.n < 2 || after.n < 2) return Of(all_, spread_);
  const double part =
      static_cast<double>(now_ms - hour * FigureHistory::kHourMs) /
      static_cast<double>(FigureHistory::kHourMs);
  auto expected = Of(part < 0.5 ? before : after, spread_by_hour_);
  expected->center = (1 - part) * before.value + part * after.value;
  return expected;
}

void FigureHistory::Add(int64_t hour, std::optional<double> value,
                        double variance) {
  if (begun_ == kNone) begun_ = hour;
  if (!value || (hour - begun_) * kHourMs < window_.length_ms) return;
  if (samples_.empty()) samples_.resize(kHours);
  // Hours without a sample have none.
  const int64_t from = last_ == kNone ? hour : last_ + 1;
  for (int64_t h = std::max(from, hour - kHours + 1); h < hour; ++h) {
    samples_[static_cast<size_t>(h % kHours)] = {};
  }
  samples_[static_cast<size_t>(hour % kHours)] = {static_cast<float>(*value),
                                                  static_cast<float>(variance)};
  if (first_ == kNone || hour - last_ >= kHours) first_ = hour;
  last_ = hour;
}

std::optional<Baseline> FigureHistory::Summarize(int64_t min_history_ms) const {
  const int64_t span_ms = (last_ - first_) * kHourMs;
  if (span_ms < std::max(min_history_ms, 4 * window_.length_ms))
    return std::nullopt;
  std::vector<double> values;
  std::vector<double> variances;
  for (const Sample& sample : samples_) {
    if (std::isnan(sample.value)) continue;
    values.push_back(sample.value);
    variances.push_back(sample.variance);
  }
  if (values.size() < kLeast) return std::nullopt;
  Baseline baseline;
  const double center = MedianOf(values);
  baseline.all_ = {static_cast<float>(center),
                   static_cast<uint32_t>(values.size())};
  baseline.sampling_ = MedianOf(variances);
  for (double& value : values) value = std::fabs(value - center);
  // Windows that overlap say less than their number.
  const double apart =
      static_cast<double>(span_ms) /
      static_cast<double>(std::max(window_.length_ms, kHourMs));
  baseline.spread_ =
      std::max(0.0, VarianceOf(values) * (1 + 4 / apart) - baseline.sampling_);
  if (last_ - first_ >= 2 * kWeek) SummarizeWeek(&baseline);
  return baseline;
}

void FigureHistory::SummarizeWeek(Baseline* baseline) const {
  baseline->by_hour_.resize(kWeek);
  std::vector<double> deviations;
  for (size_t place = 0; place < kWeek; ++place) {
    std::vector<double> values;
    for (size_t i = place; i < kHours; i += kWeek) {
      if (!std::isnan(samples_[i].value)) values.push_back(samples_[i].value);
    }
    if (values.empty()) continue;
    baseline->by_hour_[place] = {static_cast<float>(MedianOf(values)),
                                 static_cast<uint32_t>(values.size())};
    for (size_t i = 0; i < values.size() && values.size() > 1; ++i) {
      std::vector<double> others = values;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      deviations.push_back(std::fabs(values[i] - MedianOf(others)) /
                           std::sqrt(1 + VarianceOfMedian(others.size())));
    }
  }
  if (deviations.size() < kLeast) return baseline->by_hour_.clear();
  baseline->spread_by_hour_ =
      std::max(0.0, VarianceOf(deviations) - baseline->sampling_);
}

}  // namespace plumbline
