// Detectors that compare the mean error of all pairs with an earlier mean, and
// restart after they fire: Page-Hinkley, DDM and HDDM_A.

#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

#include "core/detect/change.h"
#include "core/settings/detector_settings.h"

namespace plumbline {

// A mean of n values.
struct RunningMean {
  uint64_t n = 0;
  double mean = 0;

  void Add(double value) {
    ++n;
    mean += (value - mean) / static_cast<double>(n);
  }
  // The mean of the values after `earlier`, which is a prefix of this stream.
  double Since(const RunningMean& earlier) const {
    const auto all = static_cast<double>(n);
    const auto before = static_cast<double>(earlier.n);
    return (mean * all - earlier.mean * before) / (all - before);
  }
  // See core/codec/archive.h.
  template <class Archive>
  void Fields(Archive& archive) {
    archive.Part("a mean", [&] {
      archive.Field(1, n);
      archive.Field(2, mean);
    });
  }
};

// E. S. Page, "Continuous Inspection Schemes", Biometrika 41 (1954): sums how
// much the errors exceed their mean so far,
//     S = max(0, alpha S + error - mean - delta)
// and fires if S >= threshold after at least 30 pairs. With errors of 0 and 1
// the threshold is a number of excess errors.
class PageHinkley {
 public:
  explicit PageHinkley(const PageHinkleySettings& settings)
      : settings_(settings) {
    evidence_.threshold = settings.threshold;
  }
  const PageHinkleySettings& settings() const { return settings_; }
  const Evidence& evidence() const { return evidence_; }

  std::optional<Change> Add(double error) {
    constexpr uint64_t kLeast = 30;
    all_.Add(error);
    double& s = evidence_.statistic;
    s = settings_.alpha * s + (error - all_.mean - settings_.delta);
    if (s <= 0) {
      s = 0;
      quiet_ = all_;
    }
    if (all_.n < kLeast || s < settings_.threshold) return std::nullopt;
    const Change change = {quiet_.mean, all_.Since(quiet_)};
    all_ = quiet_ = {};
    s = 0;
    return change;
  }

  template <class Archive>
  void Fields(Archive& archive) {
    archive.Part("Page-Hinkley", [&] {
      archive.Field(1, [&] { all_.Fields(archive); });
      archive.Field(2, [&] { quiet_.Fields(archive); });
      archive.Field(3, evidence_.statistic);
    });
  }

 private:
  PageHinkleySettings settings_;
  RunningMean all_;
  RunningMean quiet_;  // all_ when the sum was last 0
  Evidence evidence_;
};

// J. Gama et al., "Learning with Drift Detection", SBIA 2004: the error rate p
// of all pairs so far has the standard deviation s = sqrt(p (1 - p) / n). The
// least p and s are those at which p + s was least. Fires if p + s exceeds the
// least p by more than `drift` times the least s. For errors of 0 and 1.
class Ddm {
 public:
  explicit Ddm(const DdmSettings& settings) : settings_(settings) {}
  const DdmSettings& settings() const { return settings_; }
  const Evidence& evidence() const { return evidence_; }

  std::optional<Change> Add(double error) {
    all_.Add(error);
    if (all_.n < static_cast<uint64_t>(settings_.warm_up)) return std::nullopt;
    const double s =
        std::sqrt(all_.mean * (1 - all_.mean) / static_cast<double>(all_.n));
    if (least_.n == 0 || all_.mean + s <= least_.mean + least_deviation_) {
      least_ = all_;
      least_deviation_ = s;
    }
    evidence_ = {all_.mean + s,
                 least_.mean + settings_.drift * least_deviation_};
    if (evidence_.statistic <= evidence_.threshold) return std::nullopt;
    const Change change = {least_.mean, all_.Since(least_)};
    all_ = least_ = {};
    least_deviation_ = 0;
    evidence_ = {};
    return change;
  }

  template <class Archive>
  void Fields(Archive& archive) {
    archive.Part("DDM", [&] {
      archive.Field(1, [&] { all_.Fields(archive); });
      archive.Field(2, [&] { least_.Fields(archive); });
      archive.Field(3, least_deviation_);
      archive.Field(4, evidence_.statistic);
      archive.Field(5, evidence_.threshold);
    });
  }

 private:
  DdmSettings settings_;
  RunningMean all_;
  RunningMean least_;
  double least_deviation_ = 0;
  Evidence evidence_;
};

// I. Frías-Blanco et al., "Online and Non-Parametric Drift Detection Methods
// Based on Hoeffding's Bounds", IEEE TKDE 27 (2015), the two-sided A-test. It
// compares the prefix of the stream with the least upper bound of the mean
// (Hoeffding's, of errors from 0 to 1) with the whole stream. With n errors, k
// of them in the prefix, the mean has risen if
//     mean - prefix mean >= sqrt((1/k - 1/n) / 2 ln(2 / confidence))
// The mean has fallen if it is as far below that of the prefix with the
// greatest lower bound.
class HddmA {
 public:
  explicit HddmA(const HddmSettings& settings)
      : settings_(settings),
        log_of_bound_(std::log(1 / settings.confidence)),
        log_of_test_(std::log(2 / settings.confidence)) {}
  const HddmSettings& settings() const { return settings_; }
  const Evidence& evidence() const { return evidence_; }

  std::optional<Change> Add(double error) {
    all_.Add(error);
    const double bound = Bound(all_.n);
    if (low_.n == 0 || all_.mean + bound <= low_.mean + Bound(low_.n)) {
      low_ = all_;
    }
    if (high_.n == 0 || all_.mean - bound >= high_.mean - Bound(high_.n)) {
      high_ = all_;
    }
    const Evidence worse = Compare(low_);
    const Evidence better = Compare(high_);
    const bool is_worse = Fires(worse, low_);
    // Shows the side nearer to a change. A side whose prefix is the whole
    // stream has no evidence.
    const bool shows_worse =
        better.threshold == 0 ||
        (worse.threshold > 0 && worse.statistic * better.threshold >=
                                    better.statistic * worse.threshold);
    evidence_ = shows_worse ? worse : better;
    if (!is_worse && !Fires(better, high_)) return std::nullopt;
    const RunningMean& before = is_worse ? low_ : high_;
    const Change change = {before.mean, all_.Since(before)};
    all_ = low_ = high_ = {};
    evidence_ = {};
    return change;
  }

  template <class Archive>
  void Fields(Archive& archive) {
    archive.Part("HDDM_A", [&] {
      archive.Field(1, [&] { all_.Fields(archive); });
      archive.Field(2, [&] { low_.Fields(archive); });
      archive.Field(3, [&] { high_.Fields(archive); });
      archive.Field(4, evidence_.statistic);
      archive.Field(5, evidence_.threshold);
    });
  }

 private:
  double Bound(uint64_t n) const {
    return std::sqrt(log_of_bound_ / (2 * static_cast<double>(n)));
  }
  // Compares the mean of all errors with that of a prefix.
  Evidence Compare(const RunningMean& prefix) const {
    const double m =
        1 / static_cast<double>(prefix.n) - 1 / static_cast<double>(all_.n);
    return {std::fabs(all_.mean - prefix.mean),
            std::sqrt(m / 2 * log_of_test_)};
  }
  bool Fires(const Evidence& evidence, const RunningMean& prefix) const {
    return prefix.n != all_.n && evidence.statistic >= evidence.threshold;
  }

  HddmSettings settings_;
  double log_of_bound_;
  double log_of_test_;
  RunningMean all_;
  RunningMean low_;   // the prefix with the least upper bound
  RunningMean high_;  // the prefix with the greatest lower bound
  Evidence evidence_;
};

}  // namespace plumbline
