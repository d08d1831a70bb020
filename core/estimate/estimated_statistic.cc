// Figures estimated before labels come (core/estimate/estimate.h), the gap
// between labels and estimates, and the calibration error of scores before and
// after calibration.

#include <array>
#include <string_view>

#include "core/estimate/estimate.h"
#include "core/metrics/class_scores.h"
#include "core/metrics/scores.h"
#include "core/metrics/statistic.h"

namespace plumbline {
namespace {

// True if each class is counted against the rest.
bool UsesClasses(const FigureInput& input, const SparseCounts& of_classes) {
  return !input.IsBinary() && !of_classes.entries.empty() &&
         input.classes.size() <= EstimateBins::kClasses;
}

bool UsesPositive(const FigureInput& input, const SparseCounts& of_positive) {
  return input.positive_class && !of_positive.entries.empty();
}

struct Names {
  std::string_view figure;
  std::string_view lower;
  std::string_view upper;
};

void Add(const Names& names, std::string_view average,
         const std::optional<Estimated>& figure, FigureList* list) {
  if (!figure) return;
  list->Add(names.figure, average.empty() ? "" : "average", average,
            figure->value);
  list->Bounds(names.lower, names.upper, average, figure->bounds());
}

void AddAll(const EstimatedFigures& figures, FigureList* list) {
  Add({"estimated_accuracy", "estimated_accuracy_lower_bound",
       "estimated_accuracy_upper_bound"},
      "", figures.accuracy, list);
  Add({"estimated_roc_auc", "estimated_roc_auc_lower_bound",
       "estimated_roc_auc_upper_bound"},
      "", figures.roc_auc, list);
}

void AddAverages(const EstimatedFigures& figures, std::string_view average,
                 FigureList* list) {
  Add({"estimated_precision", "estimated_precision_lower_bound",
       "estimated_precision_upper_bound"},
      average, figures.precision, list);
  Add({"estimated_recall", "estimated_recall_lower_bound",
       "estimated_recall_upper_bound"},
      average, figures.recall, list);
  Add({"estimated_f1", "estimated_f1_lower_bound", "estimated_f1_upper_bound"},
      average, figures.f1, list);
}

// The score of the positive class alone gives an accuracy only for two classes.
EstimatedFigures OfPositive(const FigureInput& input,
                            EstimatedFigures figures) {
  if (!input.IsBinary()) figures.accuracy.reset();
  return figures;
}

void AppendEstimates(const FigureInput& input, FigureList* list) {
  const Calibration& calibration = *input.calibration;
  const auto& of_positive = input.counts.of(SparseSection::kPredictedScores);
  const auto& of_classes =
      input.counts.of(SparseSection::kPredictedClassScores);
  const bool classes = UsesClasses(input, of_classes);
  if (UsesPositive(input, of_positive)) {
    const EstimatedFigures figures = OfPositive(
        input, EstimateOf(CellsOfPositive(of_positive, false),
                          calibration.Of(EstimateBins::kPositiveClass)));
    AddAverages(figures, "binary", list);
    if (!classes) AddAll(figures, list);
  }
  if (!classes) return;
  const EstimatedFigures figures =
      EstimateOf(CellsOfClasses(of_classes, false, input.classes.size()),
                 calibration, false);
  AddAverages(figures, "macro", list);
  AddAll(figures, list);
}

// The figures with a gap, by API name.
struct GapNames {
  std::optional<Estimated> EstimatedFigures::*figure;
  std::string_view binary;
  std::string_view macro;
};
constexpr std::array<GapNames, 5> kGaps = {{
    {&EstimatedFigures::accuracy, "accuracy", "accuracy"},
    {&EstimatedFigures::precision, "precision_binary", "precision_macro"},
    {&EstimatedFigures::recall, "recall_binary", "recall_macro"},
    {&EstimatedFigures::f1, "f1_binary", "f1_macro"},
    {&EstimatedFigures::roc_auc, "roc_auc_binary", "roc_auc_macro"},
}};

void AddGaps(const EstimatedFigures& realised,
             const EstimatedFigures& estimated, bool macro, FigureList* list) {
  for (const GapNames& gap : kGaps) {
    const auto& is = realised.*gap.figure;
    const auto& was = estimated.*gap.figure;
    if (!is || !was) continue;
    list->Add("estimate_gap", "metric", macro ? gap.macro : gap.binary,
              is->value - was->value);
  }
}

void AddErrors(Figure raw, std::optional<double> calibrated, FigureList* list) {
  list->Add("score_calibration_error", "stage", "raw", raw);
  list->Add("score_calibration_error", "stage", "calibrated", calibrated);
}

// Returns true if it appends the calibration error over classes.
bool AppendOfClasses(const FigureInput& input, FigureList* list) {
  const auto& counts = input.counts.of(SparseSection::kJudgedClassScores);
  if (!UsesClasses(input, counts)) return false;
  const Calibration& calibration = *input.calibration;
  const auto cells = CellsOfClasses(counts, true, input.classes.size());
  AddGaps(RealisedOf(cells), EstimateOf(cells, calibration, true), true, list);
  std::optional<double> error;
  if (calibration.of_classes) error = CalibratedError(cells, calibration);
  AddErrors(ClassScoreCalibrationError(input), error, list);
  return true;
}

void AppendOfPositive(const FigureInput& input, bool has_error,
                      FigureList* list) {
  const auto& counts = input.counts.of(SparseSection::kJudgedScores);
  if (!UsesPositive(input, counts)) return;
  const ScoredCells cells = CellsOfPositive(counts, true);
  const CalibrationCurve& curve =
      input.calibration->Of(EstimateBins::kPositiveClass);
  AddGaps(OfPositive(input, RealisedOf(cells)), EstimateOf(cells, curve), false,
          list);
  std::optional<double> error;
  if (input.calibration->of_positive) error = CalibratedError(cells, curve);
  if (!has_error) AddErrors(ScoreCalibrationError(input), error, list);
}

// Appends 1 if everything that estimates of the window use is calibrated, else
// 0.
void AppendIsCalibrated(const FigureInput& input, FigureList* list) {
  const auto counts = [&input](SparseSection section) -> const SparseCounts& {
    return input.counts.of(section);
  };
  const bool positive =
      UsesPositive(input, counts(SparseSection::kPredictedScores)) ||
      UsesPositive(input, counts(SparseSection::kJudgedScores));
  const bool classes =
      UsesClasses(input, counts(SparseSection::kPredictedClassScores)) ||
      UsesClasses(input, counts(SparseSection::kJudgedClassScores));
  if (!positive && !classes) return;
  const bool is_calibrated = (!positive || input.calibration->of_positive) &&
                             (!classes || input.calibration->of_classes);
  list->Number("score_calibrated", is_calibrated ? 1 : 0);
}

void Append(const FigureInput& input, FigureList* list) {
  if (input.calibration == nullptr) return;
  AppendEstimates(input, list);
  const bool has_error = AppendOfClasses(input, list);
  AppendOfPositive(input, has_error, list);
  AppendIsCalibrated(input, list);
}

FigureFamily Averaged(std::string_view name, std::string_view help) {
  return {.name = name,
          .help = help,
          .label = "average",
          .values = {"binary", "macro"},
          .bounded = {"binary", "macro"}};
}

}  // namespace

extern const Statistic kEstimatedStatistic;
const Statistic kEstimatedStatistic = {
    .families =
        {{.name = "estimated_accuracy",
          .help = "Accuracy expected of the predictions in the window, "
                  "labelled or not, from their scores.",
          .bounded = {""}},
         {.name = "estimated_roc_auc",
          .help = "Area under the ROC curve expected of the predictions in "
                  "the window.",
          .bounded = {""}},
         Averaged("estimated_precision",
                  "Precision expected of the predictions in the window."),
         Averaged("estimated_recall",
                  "Recall expected of the predictions in the window."),
         Averaged("estimated_f1",
                  "F1 score expected of the predictions in the window."),
         {.name = "estimate_gap",
          .help = "What labels say minus what was estimated, over the same "
                  "pairs of the window.",
          .label = "metric"},
         {.name = "score_calibration_error",
          .help = "Mean distance of the scores of the window's pairs from "
                  "what came, as sent and as calibrated.",
          .label = "stage",
          .values = {"raw", "calibrated"}},
         {.name = "score_calibrated",
          .is_ratio = false,
          .help = "0 while estimates rest on scores as they are, 1 once "
                  "labels have taught what scores are worth."}},
    .append = Append,
    .is_withheld = false,
};

}  // namespace plumbline
