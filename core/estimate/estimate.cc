#include "core/estimate/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/metrics/ranking.h"
#include "core/metrics/scores.h"

namespace plumbline {
namespace {

// ---- One class ----

struct Sums {
  double all = 0;
  double predicted = 0;
  double positives = 0;  // expected
  double true_positives = 0;
};

template <class Positives>
Sums SumsOf(const ScoredCells& cells, Positives positives) {
  Sums sums;
  for (const ScoredCell& cell : cells) {
    const double expected = positives(cell);
    sums.all += cell.count;
    sums.positives += expected;
    if (!cell.predicted) continue;
    sums.predicted += cell.count;
    sums.true_positives += expected;
  }
  return sums;
}

// The spread of the sum with a coefficient for each cell.
Spread SpreadOf(const ScoredCells& cells, const CalibrationCurve& curve,
                const std::vector<double>& coefficients) {
  Spread spread;
  std::vector<double> by_block(curve.block_variance.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    const ScoredCell& cell = cells[i];
    const double p = curve.probability[cell.bin];
    const double a = coefficients[i];
    spread.first += cell.count * a * p;
    spread.second += cell.count * a * a * p;
    spread.independent += cell.count * a * a * p * (1 - p);
    if (curve.calibrated) by_block[curve.block[cell.bin]] += cell.count * a;
  }
  for (size_t b = 0; b < by_block.size(); ++b) {
    spread.calibration += by_block[b] * by_block[b] * curve.block_variance[b];
  }
  return spread;
}

Estimated WithSpread(double value, const Spread& spread) {
  return {value, spread.independent + spread.calibration, spread};
}

template <class Coefficient>
Estimated With(double value, const ScoredCells& cells,
               const CalibrationCurve& curve, Coefficient coefficient) {
  std::vector<double> coefficients;
  coefficients.reserve(cells.size());
  for (const ScoredCell& cell : cells) {
    coefficients.push_back(coefficient(cell.predicted ? 1.0 : 0.0));
  }
  return WithSpread(value, SpreadOf(cells, curve, coefficients));
}

// Positives and negatives by bin, predicted or not.
template <class Positives>
std::vector<ScoreBin> RankedBins(const ScoredCells& cells,
                                 Positives positives) {
  std::vector<ScoreBin> bins;
  const ScoredCell* before = nullptr;
  for (const ScoredCell& cell : cells) {
    if (before == nullptr || before->bin != cell.bin) bins.emplace_back();
    before = &cell;
    bins.back().positives += positives(cell);
    bins.back().negatives += cell.count - positives(cell);
  }
  return bins;
}

// The coefficient of a cell is the change of the area if one expected negative
// of the cell becomes positive.
std::optional<Estimated> AreaOf(const ScoredCells& cells,
                                const CalibrationCurve& curve) {
  const auto bins = RankedBins(cells, [&](const ScoredCell& cell) {
    return cell.count * curve.probability[cell.bin];
  });
  const Figure area = RocAuc(bins);
  if (!area) return std::nullopt;
  double positives = 0;
  double negatives = 0;
  for (const ScoreBin& bin : bins) {
    positives += bin.positives;
    negatives += bin.negatives;
  }
  std::vector<double> coefficients;
  double positives_below = 0;
  double negatives_below = 0;
  size_t b = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    const ScoreBin& bin = bins[b];
    const double beaten = negatives_below + bin.negatives / 2;
    const double beating =
        positives - positives_below - bin.positives + bin.positives / 2;
    coefficients.push_back((beaten - beating) / positives / negatives -
                           *area * (1 / positives - 1 / negatives));
    if (i + 1 == cells.size() || cells[i + 1].bin == cells[i].bin) continue;
    positives_below += bin.positives;
    negatives_below += bin.negatives;
    ++b;
  }
  return WithSpread(*area, SpreadOf(cells, curve, coefficients));
}

// ---- Several classes ----

using Member = std::optional<Estimated> EstimatedFigures::*;
constexpr std::array<Member, 4> kAveraged = {
    &EstimatedFigures::precision, &EstimatedFigures::recall,
    &EstimatedFigures::f1, &EstimatedFigures::roc_auc};

// Means over classes, for so many predictions.
class Macro {
 public:
  explicit Macro(double predictions) : predictions_(predictions) {}

  // A figure without a value counts as 0, as with zero_division=0. An area
  // without a value is left out.
  void Add(const EstimatedFigures& figures) {
    for (size_t i = 0; i < kAveraged.size(); ++i) {
      const auto& figure = figures.*kAveraged[i];
      if (!figure && kAveraged[i] == &EstimatedFigures::roc_auc) continue;
      ++counts_[i];
      if (!figure) continue;
      sums_[i].value += figure->value;
      Spread& spread = sums_[i].spread;
      spread.independent += figure->spread.independent;
      spread.first += figure->spread.first;
      spread.second += figure->spread.second;
      spread.calibration += figure->spread.calibration;
    }
  }
  EstimatedFigures Take() const {
    EstimatedFigures means;
    for (size_t i = 0; i < kAveraged.size(); ++i) {
      const double n = counts_[i];
      if (n == 0) continue;
      const Spread& spread = sums_[i].spread;
      // For precision, each prediction counts in one class only.
      const double labels =
          kAveraged[i] == &EstimatedFigures::precision
              ? spread.independent
              : spread.second - spread.first * spread.first / predictions_;
      means.*kAveraged[i] =
          Estimated{sums_[i].value / n, (labels + spread.calibration) / n / n};
    }
    return means;
  }

 private:
  const double predictions_;
  std::array<Estimated, kAveraged.size()> sums_;
  std::array<double, kAveraged.size()> counts_{};
};

double CountOf(const std::vector<ScoredCells>& classes) {
  double most = 0;
  for (const ScoredCells& cells : classes) {
    double n = 0;
    for (const ScoredCell& cell : cells) n += cell.count;
    most = std::max(most, n);
  }
  return most;
}

bool Occurs(const ScoredCells& cells, double expected, bool judged) {
  return std::any_of(cells.begin(), cells.end(),
                     [](const ScoredCell& cell) {
                       return cell.predicted || cell.positives > 0;
                     }) ||
         (!judged && expected >= 0.5);
}

double Positives(const ScoredCell& cell) { return cell.positives; }

// Sums label minus probability in each calibration bin.
class CalibrationSums {
 public:
  void Add(const ScoredCell& cell, double probability) {
    sums_[CalibrationBinOf(probability)] +=
        cell.positives - cell.count * probability;
    all_ += cell.count;
  }
  std::optional<double> Error() const {
    if (all_ == 0) return std::nullopt;
    double sum = 0;
    for (const double error : sums_) sum += std::fabs(error);
    return sum / all_;
  }

 private:
  std::array<double, kCalibrationBins> sums_{};
  double all_ = 0;
};

}  // namespace

Bounds Estimated::bounds() const {
  const double width = kZ * std::sqrt(std::max(variance, 0.0));
  return {std::clamp(value - width, 0.0, 1.0),
          std::clamp(value + width, 0.0, 1.0)};
}

EstimatedFigures EstimateOf(const ScoredCells& cells,
                            const CalibrationCurve& curve) {
  const Sums s = SumsOf(cells, [&curve](const ScoredCell& cell) {
    return cell.count * curve.probability[cell.bin];
  });
  EstimatedFigures figures;
  const auto with = [&](double value, auto coefficient) {
    return With(value, cells, curve, coefficient);
  };
  if (s.all > 0) {
    figures.accuracy =
        with((s.all - s.predicted - s.positives + 2 * s.true_positives) / s.all,
             [&](double predicted) { return (2 * predicted - 1) / s.all; });
  }
  if (s.predicted > 0) {
    figures.precision =
        with(s.true_positives / s.predicted,
             [&](double predicted) { return predicted / s.predicted; });
  }
  if (s.positives > 0) {
    const double recall = s.true_positives / s.positives;
    figures.recall = with(recall, [&](double predicted) {
      return (predicted - recall) / s.positives;
    });
  }
  if (s.predicted + s.positives > 0) {
    const double both = s.predicted + s.positives;
    const double f1 = 2 * s.true_positives / both;
    figures.f1 =
        with(f1, [&](double predicted) { return (2 * predicted - f1) / both; });
  }
  figures.roc_auc = AreaOf(cells, curve);
  return figures;
}

EstimatedFigures RealisedOf(const ScoredCells& cells) {
  const Sums s = SumsOf(cells, Positives);
  EstimatedFigures figures;
  if (s.all > 0) {
    figures.accuracy = Estimated{
        (s.all - s.predicted - s.positives + 2 * s.true_positives) / s.all, 0};
  }
  if (s.predicted > 0) {
    figures.precision = Estimated{s.true_positives / s.predicted, 0};
  }
  if (s.positives > 0) {
    figures.recall = Estimated{s.true_positives / s.positives, 0};
  }
  if (s.predicted + s.positives > 0) {
    figures.f1 =
        Estimated{2 * s.true_positives / (s.predicted + s.positives), 0};
  }
  if (const Figure area = RocAuc(RankedBins(cells, Positives))) {
    figures.roc_auc = Estimated{*area, 0};
  }
  return figures;
}

EstimatedFigures EstimateOf(const std::vector<ScoredCells>& classes,
                            const Calibration& calibration, bool judged) {
  const double all = CountOf(classes);
  if (all == 0) return {};
  Macro macro(all);
  Estimated accuracy;
  for (uint32_t c = 0; c < classes.size(); ++c) {
    const ScoredCells& cells = classes[c];
    const CalibrationCurve& curve = calibration.Of(EstimateBins::FieldOf(c));
    const Sums s = SumsOf(cells, [&curve](const ScoredCell& cell) {
      return cell.count * curve.probability[cell.bin];
    });
    const Estimated part =
        With(s.true_positives / all, cells, curve,
             [all](double predicted) { return predicted / all; });
    accuracy.value += part.value;
    accuracy.variance += part.variance;
    if (Occurs(cells, s.positives, judged)) macro.Add(EstimateOf(cells, curve));
  }
  EstimatedFigures figures = macro.Take();
  figures.accuracy = accuracy;
  return figures;
}

EstimatedFigures RealisedOf(const std::vector<ScoredCells>& classes) {
  const double all = CountOf(classes);
  if (all == 0) return {};
  Macro macro(all);
  Estimated accuracy;
  for (const ScoredCells& cells : classes) {
    accuracy.value += SumsOf(cells, Positives).true_positives / all;
    if (Occurs(cells, 0, true)) macro.Add(RealisedOf(cells));
  }
  EstimatedFigures figures = macro.Take();
  figures.accuracy = accuracy;
  return figures;
}

std::optional<double> CalibratedError(const ScoredCells& cells,
                                      const CalibrationCurve& curve) {
  CalibrationSums sums;
  for (const ScoredCell& cell : cells) {
    sums.Add(cell, curve.probability[cell.bin]);
  }
  return sums.Error();
}

std::optional<double> CalibratedError(const std::vector<ScoredCells>& classes,
                                      const Calibration& calibration) {
  CalibrationSums sums;
  for (uint32_t c = 0; c < classes.size(); ++c) {
    const CalibrationCurve& curve = calibration.Of(EstimateBins::FieldOf(c));
    for (const ScoredCell& cell : classes[c]) {
      if (cell.predicted) sums.Add(cell, curve.probability[cell.bin]);
    }
  }
  return sums.Error();
}

}  // namespace plumbline
