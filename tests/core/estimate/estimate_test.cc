#include "core/estimate/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "core/estimate/isotonic.h"
#include "tests/support/catch.h"

namespace plumbline {
namespace {

TEST_CASE("Bins are in the order of scores, and have their middle in them") {
  double before = -1;
  for (uint32_t bin = 0; bin < EstimateBins::kBins; ++bin) {
    const double middle = EstimateBins::MiddleOf(bin);
    CHECK(EstimateBins::BinOf(middle) == bin);
    CHECK(middle > before);
    before = middle;
  }
  CHECK(EstimateBins::MiddleOf(0) == 0);
  CHECK(EstimateBins::MiddleOf(EstimateBins::kBins - 1) == 1);
  uint32_t last = 0;
  for (double score = 0; score <= 1; score += 1e-5) {
    const uint32_t bin = EstimateBins::BinOf(score);
    CHECK(bin >= last);
    CHECK(std::abs(EstimateBins::MiddleOf(bin) - score) < 1.0 / 127);
    last = bin;
  }
  for (const double tiny : {1e-320, 1e-9, 0x1p-20, 0x1p-5}) {
    CHECK(EstimateBins::BinOf(tiny) < EstimateBins::kBins / 2);
    CHECK(EstimateBins::BinOf(tiny) > 0);
  }
}

TEST_CASE("Keys are told apart, and merge within their class") {
  std::vector<bool> seen(UINT16_MAX + 1);
  seen[EstimateBins::kAll] = true;
  for (uint32_t field = 0; field <= EstimateBins::kClasses; ++field) {
    for (uint32_t bin = 0; bin < EstimateBins::kBins; ++bin) {
      for (const bool predicted : {false, true}) {
        const uint32_t key = EstimateBins::KeyOf({field, bin, predicted});
        REQUIRE(key <= UINT16_MAX);
        REQUIRE_FALSE(seen[key]);
        seen[key] = true;
        const auto place = EstimateBins::PlaceOf(key);
        REQUIRE(place.field == field);
        REQUIRE(place.bin == bin);
        REQUIRE(place.predicted == predicted);
        const bool inner = bin > 0 && bin + 1 < EstimateBins::kBins;
        const auto merged = EstimateBins::PlaceOf(EstimateBins::Merged(key, 7));
        REQUIRE(merged.field == field);
        REQUIRE(merged.bin == (inner && !predicted ? 1 : bin));
        REQUIRE(merged.predicted == predicted);
        const auto whole = EstimateBins::PlaceOf(EstimateBins::Merged(key, 14));
        REQUIRE(whole.bin == (inner ? 1 : bin));
        for (uint32_t level = 0; level < 16; ++level) {
          const auto group = EstimateBins::GroupOf(place, level);
          REQUIRE(group.first <= bin);
          REQUIRE(group.last >= bin);
          REQUIRE(group.last < EstimateBins::kBins);
        }
      }
    }
  }
  CHECK(EstimateBins::Merged(EstimateBins::kAll, 3) == EstimateBins::kAll);
}

// The best non-decreasing function is the max over first bins of the min over
// last bins of the share between them.
TEST_CASE("Isotonic regression is that of the definition") {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> positives;
    std::vector<double> totals;
    for (int i = 0; i < 12; ++i) {
      totals.push_back(random() % 4 == 0 ? 0 : 1 + random() % 9);
      positives.push_back(std::floor(totals.back() * (random() % 100) / 99.0));
    }
    const auto blocks = PoolAdjacentViolators(positives, totals);
    for (size_t i = 0; i < totals.size(); ++i) {
      if (totals[i] == 0) continue;
      double best = -1;
      for (size_t first = 0; first <= i; ++first) {
        double least = 2;
        for (size_t last = i; last < totals.size(); ++last) {
          double p = 0;
          double n = 0;
          for (size_t j = first; j <= last; ++j) {
            p += positives[j];
            n += totals[j];
          }
          least = std::min(least, p / n);
        }
        best = std::max(best, least);
      }
      const auto block =
          std::find_if(blocks.begin(), blocks.end(),
                       [i](const auto& b) { return b.last >= i; });
      REQUIRE(block != blocks.end());
      CHECK(block->share() == Approx(best).margin(1e-12));
    }
  }
  CHECK(PoolAdjacentViolators(std::vector<double>(3), std::vector<double>(3))
            .empty());
}

TEST_CASE("Between blocks a calibration is linear, beyond them constant") {
  std::vector<double> positives(EstimateBins::kBins);
  std::vector<double> totals(EstimateBins::kBins);
  const uint32_t low = EstimateBins::BinOf(0.25);
  const uint32_t high = EstimateBins::BinOf(0.75);
  totals[low] = totals[high] = 10;
  positives[low] = 2;
  positives[high] = 6;
  const auto curve =
      CalibrationCurve::Isotonic(PoolAdjacentViolators(positives, totals));
  CHECK(curve.probability[0] == 0.2);
  CHECK(curve.probability[low] == 0.2);
  CHECK(curve.probability[EstimateBins::BinOf(0.5)] ==
        Approx(0.4).margin(0.01));
  CHECK(curve.probability[high] == 0.6);
  CHECK(curve.probability[EstimateBins::kBins - 1] == 0.6);
  REQUIRE(curve.block_variance.size() == 2);
  CHECK(curve.block_variance[0] == Approx(0.25 * 0.75 / 13));
}

// Predictions with true scores as probabilities, and labels drawn from them.
struct Drawn {
  ScoredCells cells;
  BinValues probability = MiddlesOfBins();

  explicit Drawn(std::mt19937* random, int n) {
    std::array<ScoredCell, 2 * EstimateBins::kBins> all;
    for (int i = 0; i < n; ++i) {
      const double score = std::pow((*random)() / 0x1p32, 1.5);
      const uint32_t bin = EstimateBins::BinOf(score);
      const bool predicted = score >= 0.4;
      ScoredCell& cell = all[2 * bin + (predicted ? 1 : 0)];
      cell.bin = bin;
      cell.predicted = predicted;
      ++cell.count;
    }
    for (const ScoredCell& cell : all) {
      if (cell.count > 0) cells.push_back(cell);
    }
  }
  void DrawLabels(std::mt19937* random) {
    for (ScoredCell& cell : cells) {
      std::binomial_distribution<int> labels(static_cast<int>(cell.count),
                                             probability[cell.bin]);
      cell.positives = labels(*random);
    }
  }
};

TEST_CASE("Estimates have the mean and the variance of what labels say") {
  std::mt19937 random(5);
  Drawn drawn(&random, 2000);
  const auto estimate =
      EstimateOf(drawn.cells, CalibrationCurve::Raw(drawn.probability));
  const auto members = {&EstimatedFigures::accuracy,
                        &EstimatedFigures::precision, &EstimatedFigures::recall,
                        &EstimatedFigures::f1, &EstimatedFigures::roc_auc};
  constexpr int kRounds = 4000;
  std::vector<double> sums(members.size());
  std::vector<double> squares(members.size());
  for (int round = 0; round < kRounds; ++round) {
    drawn.DrawLabels(&random);
    const auto realised = RealisedOf(drawn.cells);
    size_t i = 0;
    for (const auto member : members) {
      const double difference =
          (realised.*member)->value - (estimate.*member)->value;
      sums[i] += difference;
      squares[i++] += difference * difference;
    }
  }
  size_t i = 0;
  for (const auto member : members) {
    const double variance = (estimate.*member)->variance;
    CHECK(std::abs(sums[i] / kRounds) < 0.1 * std::sqrt(variance));
    CHECK(squares[i] / kRounds == Approx(variance).epsilon(0.08));
    ++i;
  }
  const Bounds bounds = estimate.accuracy->bounds();
  CHECK(bounds.upper - bounds.lower ==
        Approx(2 * kZ * std::sqrt(estimate.accuracy->variance)));
}

TEST_CASE("What cannot be estimated has no value") {
  CHECK_FALSE(EstimateOf(ScoredCells(), CalibrationCurve()).accuracy);
  const ScoredCells none = {{EstimateBins::BinOf(0), false, 10, 0}};
  const auto figures = EstimateOf(none, CalibrationCurve::Raw(MiddlesOfBins()));
  CHECK(figures.accuracy->value == 1);
  CHECK_FALSE(figures.precision);
  CHECK_FALSE(figures.recall);
  CHECK_FALSE(figures.f1);
  CHECK_FALSE(figures.roc_auc);
}

TEST_CASE("Bounds know how little a calibration rests on") {
  std::vector<double> positives(EstimateBins::kBins);
  std::vector<double> totals(EstimateBins::kBins);
  const uint32_t bin = EstimateBins::BinOf(0.7);
  positives[bin] = 70;
  totals[bin] = 100;
  const auto curve =
      CalibrationCurve::Isotonic(PoolAdjacentViolators(positives, totals));
  const auto figures = EstimateOf({{bin, true, 1e9, 0}}, curve);
  CHECK(figures.accuracy->value == Approx(0.7));
  CHECK(std::sqrt(figures.accuracy->variance) == Approx(0.0458).epsilon(0.02));
}

TEST_CASE("Of several classes each is held against the rest") {
  // Two predictions: class 0 with scores 0.75 and 0.25 for class 1, and class 1
  // with 0.5 each.
  SparseCounts counts;
  const auto add = [&counts](uint32_t c, double score, bool predicted) {
    counts.entries.emplace_back(
        EstimateBins::KeyOf(
            {EstimateBins::FieldOf(c), EstimateBins::BinOf(score), predicted}),
        1);
  };
  add(0, 0.75, true);
  add(1, 0.25, false);
  add(0, 0.5, false);
  add(1, 0.5, true);
  counts.entries.emplace_back(EstimateBins::kAll, 2);
  const auto classes = CellsOfClasses(counts, false, 3);
  REQUIRE(classes.size() == 3);
  // The third class has no score.
  REQUIRE(classes[2].size() == 1);
  CHECK(classes[2][0].count == 2);
  CHECK(classes[2][0].bin == 0);
  Calibration calibration;
  BinValues exact = MiddlesOfBins();
  for (const double score : {0.25, 0.5, 0.75}) {
    exact[EstimateBins::BinOf(score)] = score;
  }
  calibration.curves.assign(4, CalibrationCurve::Raw(exact));
  const auto figures = EstimateOf(classes, calibration, false);
  CHECK(figures.accuracy->value == Approx((0.75 + 0.5) / 2));
  CHECK(figures.precision->value == Approx((0.75 + 0.5) / 2));
  CHECK(figures.recall->value == Approx((0.75 / 1.25 + 0.5 / 0.75) / 2));
}

}  // namespace
}  // namespace plumbline
