// Figures of small matrices, worked out by hand. tests/integration compares
// with scikit-learn on real and random data.

#include "core/snapshot/figures.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "core/metrics/class_figures.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// One window of a model with classes "a", "b", ... `matrix[actual][predicted]`.
struct Sample {
  explicit Sample(const std::vector<std::vector<uint64_t>>& matrix) {
    const auto n = static_cast<uint32_t>(matrix.size());
    window.settings = {"1h", 3'600'000, 0, 60};
    window.counts.Reset(n * n, 0);
    for (uint32_t actual = 0; actual < n; ++actual) {
      model.classes.push_back(std::string(1, static_cast<char>('a' + actual)));
      for (uint32_t predicted = 0; predicted < n; ++predicted) {
        window.counts.matrix[CellOf(actual, predicted)] =
            matrix[actual][predicted];
        window.counts.observations += matrix[actual][predicted];
      }
    }
  }
  std::map<std::string, double> Figures() const {
    std::map<std::string, double> figures;
    for (const NamedFigure& f : FiguresOf(model, window)) {
      figures[ApiName(f)] = f.value;
    }
    return figures;
  }

  ModelSnapshot model;
  WindowSnapshot window;
};

}  // namespace

TEST_CASE("figures of two classes are those worked out by hand") {
  Sample sample({{6, 2}, {1, 1}});
  sample.model.positive_class = "b";
  auto figures = sample.Figures();
  CHECK(figures.at("accuracy") == Approx(7.0 / 10));
  CHECK(figures.at("balanced_accuracy") == Approx((6.0 / 8 + 1.0 / 2) / 2));
  CHECK(figures.at("precision_binary") == Approx(1.0 / 3));
  CHECK(figures.at("recall_binary") == Approx(1.0 / 2));
  CHECK(figures.at("specificity_binary") == Approx(6.0 / 8));
  CHECK(figures.at("false_positive_rate_binary") == Approx(2.0 / 8));
  CHECK(figures.at("negative_predictive_value_binary") == Approx(6.0 / 7));
  CHECK(figures.at("positive_prediction") == Approx(3.0 / 10));
  CHECK(figures.at("matthews_correlation") ==
        Approx((6 * 1 - 2 * 1) / std::sqrt(3.0 * 2 * 8 * 7)));
  CHECK(figures.at("cohen_kappa") == Approx((0.7 - 0.62) / (1 - 0.62)));
  CHECK(figures.at("f1_binary") == Approx(2.0 / (2 + 2 + 1)));
  CHECK(figures.at("precision_macro") == Approx((6.0 / 7 + 1.0 / 3) / 2));
  CHECK(figures.at("recall_weighted") == Approx((8 * 6.0 / 8 + 2 * 0.5) / 10));
  for (const char* micro : {"precision_micro", "recall_micro", "f1_micro"}) {
    CHECK(figures.at(micro) == Approx(7.0 / 10));
  }
}

TEST_CASE("a figure without a denominator is absent") {
  Sample nothing({{0, 0}, {0, 0}});
  nothing.model.positive_class = "b";
  CHECK(nothing.Figures().empty());

  // "b" is neither label nor prediction: its own figures are absent, and
  // averages are over "a" alone.
  Sample one({{3, 0}, {0, 0}});
  one.model.positive_class = "b";
  const auto figures = one.Figures();
  CHECK(figures.count("precision_binary") == 0);
  CHECK(figures.count("recall_binary") == 0);
  CHECK(figures.count("f1_binary") == 0);
  CHECK(figures.at("f1_macro") == 1);
  CHECK(ClassFiguresOf({}).empty());
}

TEST_CASE("a class that is only predicted counts as 0 in the macro average") {
  const Sample sample({{3, 1}, {0, 0}});
  const auto figures = sample.Figures();
  CHECK(figures.at("precision_macro") == Approx((1.0 + 0) / 2));
  CHECK(figures.at("recall_macro") == Approx((0.75 + 0) / 2));
  // Recall is averaged over the classes that occur as label.
  CHECK(figures.at("balanced_accuracy") == Approx(0.75));
  // A class has weight only if it occurs as label.
  CHECK(figures.at("precision_weighted") == Approx(1.0));
}

TEST_CASE("there are no binary figures without a positive class") {
  const auto figures = Sample({{1, 1}, {1, 1}}).Figures();
  CHECK(figures.count("precision_binary") == 0);
  CHECK(figures.count("precision_macro") == 1);
}

TEST_CASE("label coverage is of predictions, and of time windows only") {
  Sample sample({{1, 0}, {0, 1}});
  sample.window.counts.predictions = 8;
  sample.window.counts.labelled = 2;
  CHECK(sample.Figures().at("label_coverage") == Approx(0.25));
  sample.window.settings = {"last_10", 0, 10, 0};
  CHECK(sample.Figures().count("label_coverage") == 0);
}

TEST_CASE("a regression has no figures of classes") {
  Sample sample(std::vector<std::vector<uint64_t>>{{5}});
  sample.model.task = Task::kRegression;
  CHECK(sample.Figures().count("accuracy") == 0);
}

TEST_CASE("a step of the history has no coverage and is not withheld") {
  Sample sample({{6, 2}, {1, 1}});
  sample.model.min_coverage = 0.5;
  sample.window.settings = {};
  CHECK(sample.Figures().count("withheld") == 0);
  CHECK(sample.Figures().count("accuracy") == 1);
}

TEST_CASE("every figure is known by the name that the API has for it") {
  Sample sample({{6, 2}, {1, 1}});
  sample.model.positive_class = "b";
  sample.window.counts.predictions = 8;
  const auto figures = sample.Figures();
  CHECK_FALSE(FigureOf("accuracy_lower_bound"));
  CHECK_FALSE(FigureOf("f1"));
  CHECK_FALSE(FigureOf(""));
  for (const auto& [name, value] : figures) {
    if (name.find("_bound") != std::string::npos) continue;
    INFO(name);
    const auto figure = FigureOf(name);
    REQUIRE(figure);
    std::string lower = std::string(figure->name) + "_lower_bound";
    if (!figure->average.empty()) lower += "_" + std::string(figure->average);
    CHECK(figures.count(lower) == figure->has_bounds);
  }
}

TEST_CASE("marginal counts give the same figures of classes as the matrix") {
  Sample with_matrix({{4, 1, 0}, {2, 3, 1}, {0, 0, 2}});
  Sample with_marginals({{0, 0, 0}, {0, 0, 0}, {0, 0, 0}});
  const auto full = Confusion::Of(with_matrix.window.counts, 3);
  auto& counts = with_marginals.window.counts;
  counts.Reset(0, 3 * kMarginals);
  counts.observations = full.observations;
  for (uint32_t c = 0; c < 3; ++c) {
    const ClassCounts& of = full.classes[c];
    counts.marginals[MarginalOf(c, Marginal::kTruePositives)] =
        of.true_positives;
    counts.marginals[MarginalOf(c, Marginal::kPredicted)] = of.predicted;
    counts.marginals[MarginalOf(c, Marginal::kActual)] = of.actual;
  }
  auto expected = with_matrix.Figures();
  auto figures = with_marginals.Figures();
  // The bounds of macro F1 are wider without the cells.
  CHECK(figures.at("f1_lower_bound_macro") <=
        expected.at("f1_lower_bound_macro"));
  CHECK(figures.at("f1_upper_bound_macro") >=
        expected.at("f1_upper_bound_macro"));
  for (const char* name : {"f1_lower_bound_macro", "f1_upper_bound_macro"}) {
    figures.erase(name);
    expected.erase(name);
  }
  CHECK(figures == expected);
}
