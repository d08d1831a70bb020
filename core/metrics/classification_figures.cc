// The figures of a classifier from its confusion matrix.

#include <algorithm>

#include "core/metrics/agreement.h"
#include "core/metrics/averages.h"
#include "core/metrics/class_figures.h"

namespace plumbline {
namespace {

// The counts of the positive class: zeros if it did not occur, nullopt if the
// model has none.
std::optional<ClassCounts> Positive(const FigureInput& input,
                                    const Confusion& confusion) {
  if (!input.positive_class) return std::nullopt;
  const auto it = std::find(input.classes.begin(), input.classes.end(),
                            *input.positive_class);
  if (it == input.classes.end()) return ClassCounts{};
  return confusion.classes[static_cast<size_t>(it - input.classes.begin())];
}

// Adds the bounds of the precision and recall of one class.
void AddClassBounds(std::string_view average, const ClassCounts& c,
                    FigureList* list) {
  list->Bounds("precision_lower_bound", "precision_upper_bound", average,
               WilsonBounds(c.true_positives, c.predicted));
  list->Bounds("recall_lower_bound", "recall_upper_bound", average,
               WilsonBounds(c.true_positives, c.actual));
}

void AddBinary(const ClassCounts& c, uint64_t observations, FigureList* list) {
  AddClassBounds("binary", c, list);
  list->Bounds("f1_lower_bound", "f1_upper_bound", "binary", F1Bounds(c));
  list->Average("specificity", "binary", Specificity(c, observations));
  list->Average("false_positive_rate", "binary",
                FalsePositiveRate(c, observations));
  list->Average("negative_predictive_value", "binary",
                NegativePredictiveValue(c, observations));
  list->Add("positive_prediction", PositivePrediction(c, observations));
}

void Append(const FigureInput& input, FigureList* list) {
  if (input.task != Task::kClassification) return;
  const auto confusion = Confusion::Of(input.counts, input.classes.size());
  const auto positive = Positive(input, confusion);
  list->Add("accuracy", Accuracy(confusion));
  list->Bounds("accuracy_lower_bound", "accuracy_upper_bound", "",
               WilsonBounds(Correct(confusion), confusion.observations));
  list->Add("balanced_accuracy", BalancedAccuracy(confusion));
  for (const auto& [name, figure] : kClassFigures) {
    for (const auto& [average_name, average] : kAverages) {
      list->Average(name, average_name, Averaged(confusion, average, figure));
    }
    if (positive) list->Average(name, "binary", figure(*positive));
  }
  list->Bounds("f1_lower_bound", "f1_upper_bound", "macro",
               MacroF1Bounds(confusion));
  list->Number("matthews_correlation", MatthewsCorrelation(confusion));
  list->Number("cohen_kappa", CohenKappa(confusion));
  if (positive) AddBinary(*positive, confusion.observations, list);
}

const std::vector<std::string_view> kAllAverages = {
    "macro", "micro", "weighted", "binary", "samples"};

}  // namespace

std::vector<NamedFigure> ClassFiguresOf(const ClassCounts& c) {
  FigureList list;
  for (const auto& [name, figure] : kClassFigures) list.Add(name, figure(c));
  AddClassBounds("", c, &list);
  return list.Take();
}

extern const Statistic kClassificationStatistic;
const Statistic kClassificationStatistic = {
    .families =
        {{.name = "accuracy",
          .help = "Share of pairs whose prediction is the label.",
          .bounded = {""},
          .of_sets = true},
         {.name = "balanced_accuracy",
          .help = "Mean recall of the classes that occur as label."},
         {.name = "precision",
          .help = "Precision, averaged over classes.",
          .label = "average",
          .values = kAllAverages,
          .bounded = {"binary"},
          .of_sets = true},
         {.name = "recall",
          .help = "Recall, averaged over classes.",
          .label = "average",
          .values = kAllAverages,
          .bounded = {"binary"},
          .of_sets = true},
         {.name = "f1",
          .help = "F1 score, averaged over classes.",
          .label = "average",
          .values = kAllAverages,
          .bounded = {"binary", "macro"},
          .of_sets = true},
         {.name = "specificity",
          .help = "Share of the negative labels that were predicted negative.",
          .label = "average",
          .values = {"binary"}},
         {.name = "false_positive_rate",
          .help = "Share of the negative labels that were predicted positive.",
          .label = "average",
          .values = {"binary"}},
         {.name = "negative_predictive_value",
          .help = "Share of the negative predictions whose label is negative.",
          .label = "average",
          .values = {"binary"}},
         {.name = "positive_prediction",
          .help = "Share of the pairs that were predicted positive."},
         {.name = "matthews_correlation",
          .is_ratio = false,
          .help = "Matthews correlation of predictions and labels, -1 to 1."},
         {.name = "cohen_kappa",
          .is_ratio = false,
          .help =
              "Agreement of predictions and labels beyond chance, -1 to 1."}},
    .append = Append,
};

}  // namespace plumbline
