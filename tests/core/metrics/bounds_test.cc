#include "core/metrics/bounds.h"

#include <random>
#include <vector>

#include "core/metrics/classification.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr int kWindows = 10'000;

// Draws `n` observations of a classifier: cells[actual][predicted] are shares.
SlotCounts Draw(const std::vector<std::vector<double>>& shares, int n,
                std::mt19937_64* random) {
  const auto classes = static_cast<uint32_t>(shares.size());
  std::vector<double> flat;
  for (const auto& row : shares)
    flat.insert(flat.end(), row.begin(), row.end());
  std::discrete_distribution<uint32_t> cell(flat.begin(), flat.end());
  SlotCounts counts;
  counts.Reset(classes * classes, 0);
  for (int i = 0; i < n; ++i) {
    const uint32_t drawn = cell(*random);
    ++counts.matrix[CellOf(drawn / classes, drawn % classes)];
    ++counts.observations;
  }
  return counts;
}

// The F1 of each class if the shares were exact.
std::vector<double> TrueF1(const std::vector<std::vector<double>>& shares) {
  std::vector<double> f1;
  for (size_t c = 0; c < shares.size(); ++c) {
    double size = 0;
    for (size_t i = 0; i < shares.size(); ++i) {
      size += shares[c][i] + shares[i][c];
    }
    f1.push_back(2 * shares[c][c] / size);
  }
  return f1;
}

bool Holds(const std::optional<Bounds>& bounds, double truth) {
  return bounds && bounds->lower <= truth && truth <= bounds->upper;
}

const std::vector<std::vector<std::vector<double>>> kClassifiers = {
    {{0.5, 0.1}, {0.1, 0.3}},
    {{0.80, 0.05}, {0.05, 0.10}},
    {{0.3, 0.05, 0.05}, {0.05, 0.2, 0.05}, {0.05, 0.05, 0.2}},
};

}  // namespace

TEST_CASE("Wilson bounds are those of the formula, and exact at the ends") {
  CHECK_FALSE(WilsonBounds(0, 0));
  const auto bounds = WilsonBounds(8, 10);
  REQUIRE(bounds);
  // R: prop.test(8, 10, correct = FALSE)
  CHECK(bounds->lower == Approx(0.4901625).epsilon(1e-6));
  CHECK(bounds->upper == Approx(0.9433178).epsilon(1e-6));
  CHECK(WilsonBounds(0, 10)->lower == 0);
  CHECK(WilsonBounds(0, 10)->upper == Approx(0.2775328).epsilon(1e-6));
  CHECK(WilsonBounds(10, 10)->upper == 1);
}

TEST_CASE("Wilson bounds hold the truth 93 to 97 times in 100") {
  std::mt19937_64 random(1);
  for (const double truth : {0.5, 0.83, 0.95}) {
    for (const int n : {50, 300, 2000}) {
      std::binomial_distribution<uint64_t> draw(static_cast<uint64_t>(n),
                                                truth);
      int held = 0;
      for (int i = 0; i < kWindows; ++i) {
        held +=
            Holds(WilsonBounds(draw(random), static_cast<uint64_t>(n)), truth);
      }
      INFO(truth << " " << n << ": " << held);
      CHECK(held >= kWindows * 93 / 100);
      CHECK(held <= kWindows * 97 / 100);
    }
  }
}

TEST_CASE("bounds of F1 hold the truth 92 to 98 times in 100") {
  std::mt19937_64 random(2);
  for (const auto& shares : kClassifiers) {
    const std::vector<double> f1 = TrueF1(shares);
    double macro = 0;
    for (const double of_class : f1) {
      macro += of_class / static_cast<double>(f1.size());
    }
    const auto classes = static_cast<uint32_t>(shares.size());
    int held = 0;
    int held_macro = 0;
    for (int i = 0; i < kWindows; ++i) {
      const SlotCounts counts = Draw(shares, 500, &random);
      const auto confusion = Confusion::Of(counts, classes);
      held += Holds(F1Bounds(confusion.classes.back()), f1.back());
      held_macro += Holds(MacroF1Bounds(confusion), macro);
    }
    INFO(classes << " classes: " << held << ", macro " << held_macro);
    for (const int n : {held, held_macro}) {
      CHECK(n >= kWindows * 92 / 100);
      CHECK(n <= kWindows * 98 / 100);
    }
  }
}

TEST_CASE("there are no bounds without observations") {
  const SlotCounts none = [] {
    SlotCounts counts;
    counts.Reset(4, 0);
    return counts;
  }();
  const auto confusion = Confusion::Of(none, 2);
  CHECK_FALSE(F1Bounds(confusion.classes[0]));
  CHECK_FALSE(MacroF1Bounds(confusion));
}
