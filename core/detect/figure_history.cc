#include "core/detect/figure_history.h"

#include <algorithm>
#include <cmath>

namespace plumbline {
namespace {

// Reorders the values. REQUIRES: not empty.
double MedianOf(std::vector<double>* values) {
  const auto middle =
      values->begin() + static_cast<std::ptrdiff_t>(values->size() / 2);
  std::nth_element(values->begin(), middle, values->end());
  if (values->size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values->begin(), middle)) / 2;
}

// The sorted values of one hour of the week: at most four.
class FewSorted {
 public:
  void Insert(double value) {
    size_t i = size_++;
    for (; i > 0 && values_[i - 1] > value; --i) values_[i] = values_[i - 1];
    values_[i] = value;
  }
  size_t size() const { return size_; }
  double at(size_t i) const { return values_[i]; }
  // REQUIRES: at least one value; for MedianWithout(), two.
  double Median() const { return MedianWithout(size_); }
  double MedianWithout(size_t left_out) const {
    const size_t n = left_out < size_ ? size_ - 1 : size_;
    const auto other = [&](size_t i) {
      return values_[i + (i >= left_out ? 1 : 0)];
    };
    return (other((n - 1) / 2) + other(n / 2)) / 2;
  }

 private:
  double values_[4] = {};
  size_t size_ = 0;
};

// The variance of the median of n normal values, in variances of one value.
double VarianceOfMedian(size_t n) {
  constexpr double kOfFew[] = {0, 1, 0.5, 0.449, 0.298};
  constexpr double kHalfPi = 1.5707963267948966;
  return n < std::size(kOfFew) ? kOfFew[n] : kHalfPi / static_cast<double>(n);
}

// The variance of normal values with these deviations from their centre.
double VarianceOf(std::vector<double>* deviations) {
  constexpr double kNormal = 1.4826;
  const double scale = kNormal * MedianOf(deviations);
  return scale * scale;
}

// Clamps the value to the range of a float.
float Bounded(double value) {
  constexpr double kMost = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(value, -kMost, kMost));
}

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
  // Clears the hours between the last sample and this one.
  const int64_t from = last_ == kNone ? hour : last_ + 1;
  for (int64_t h = std::max(from, hour - kHours + 1); h < hour; ++h) {
    samples_[static_cast<size_t>(h % kHours)] = {};
  }
  samples_[static_cast<size_t>(hour % kHours)] = {Bounded(*value),
                                                  Bounded(variance)};
  if (first_ == kNone || hour - last_ >= kHours) first_ = hour;
  last_ = hour;
}

void FigureHistory::SetBack(int64_t hour) {
  if (begun_ > hour) return Restart();
  if (last_ <= hour) return;
  const int64_t oldest = std::max(first_, last_ - kHours + 1);
  for (; last_ >= oldest; --last_) {
    Sample& sample = samples_[static_cast<size_t>(last_ % kHours)];
    if (last_ <= hour && std::isfinite(sample.value)) return;
    sample = {};
  }
  Restart();
}

std::optional<Baseline> FigureHistory::Summarize(int64_t min_history_ms) const {
  const int64_t span_ms = (last_ - first_) * kHourMs;
  if (span_ms < std::max(min_history_ms, 4 * window_.length_ms))
    return std::nullopt;
  std::vector<double> values;
  std::vector<double> variances;
  for (const Sample& sample : samples_) {
    if (!std::isfinite(sample.value) || !std::isfinite(sample.variance)) {
      continue;
    }
    values.push_back(sample.value);
    variances.push_back(sample.variance);
  }
  if (values.size() < kLeast) return std::nullopt;
  Baseline baseline;
  const double center = MedianOf(&values);
  baseline.all_ = {static_cast<float>(center),
                   static_cast<uint32_t>(values.size())};
  baseline.sampling_ = MedianOf(&variances);
  for (double& value : values) value = std::fabs(value - center);
  // Overlapping windows are not independent: they count for less.
  const double apart =
      static_cast<double>(span_ms) /
      static_cast<double>(std::max(window_.length_ms, kHourMs));
  baseline.spread_ =
      std::max(0.0, VarianceOf(&values) * (1 + 4 / apart) - baseline.sampling_);
  if (last_ - first_ >= 2 * kWeek) SummarizeWeek(&baseline);
  return baseline;
}

void FigureHistory::SummarizeWeek(Baseline* baseline) const {
  baseline->by_hour_.resize(kWeek);
  std::vector<double> deviations;
  deviations.reserve(kHours);
  for (size_t place = 0; place < kWeek; ++place) {
    FewSorted values;
    for (size_t i = place; i < kHours; i += kWeek) {
      if (std::isfinite(samples_[i].value)) values.Insert(samples_[i].value);
    }
    if (values.size() == 0) continue;
    baseline->by_hour_[place] = {static_cast<float>(values.Median()),
                                 static_cast<uint32_t>(values.size())};
    if (values.size() == 1) continue;
    const double deviation = std::sqrt(1 + VarianceOfMedian(values.size() - 1));
    for (size_t i = 0; i < values.size(); ++i) {
      deviations.push_back(std::fabs(values.at(i) - values.MedianWithout(i)) /
                           deviation);
    }
  }
  if (deviations.size() < kLeast) return baseline->by_hour_.clear();
  baseline->spread_by_hour_ =
      std::max(0.0, VarianceOf(&deviations) - baseline->sampling_);
}

void FigureHistory::KeepLastHours() {
  if (samples_.size() == kHours) return;
  const auto stored = static_cast<int64_t>(samples_.size());
  std::vector<Sample> kept(kHours);
  for (int64_t hour =
           std::max({first_, last_ - kHours + 1, last_ - stored + 1});
       hour <= last_; ++hour) {
    kept[static_cast<size_t>(hour % kHours)] =
        samples_[static_cast<size_t>(hour % stored)];
  }
  samples_ = std::move(kept);
}

}  // namespace plumbline
