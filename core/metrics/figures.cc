#include "core/metrics/figures.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/metrics/agreement.h"
#include "core/metrics/bounds.h"

namespace plumbline {
namespace {

struct ClassFigureName {
  std::string_view name;
  ClassFigure figure;
};
constexpr std::array<ClassFigureName, 3> kClassFigures = {{
    {"precision", Precision},
    {"recall", Recall},
    {"f1", F1},
}};

struct BinaryFigureName {
  std::string_view name;
  std::string_view average;
  Figure (*figure)(const ClassCounts&, uint64_t observations);
};
constexpr std::array<BinaryFigureName, 4> kBinaryFigures = {{
    {"specificity", "binary", Specificity},
    {"false_positive_rate", "binary", FalsePositiveRate},
    {"negative_predictive_value", "binary", NegativePredictiveValue},
    {"positive_prediction", "", PositivePrediction},
}};

struct AverageName {
  std::string_view name;
  Average average;
};
constexpr std::array<AverageName, 3> kAverages = {{
    {"macro", Average::kMacro},
    {"micro", Average::kMicro},
    {"weighted", Average::kWeighted},
}};

// The counts of the positive class: zeros if it has not occurred, nullopt if
// the model has none.
std::optional<ClassCounts> Positive(const ModelSnapshot& model,
                                    const Confusion& confusion) {
  if (!model.positive_class) return std::nullopt;
  const auto it = std::find(model.classes.begin(), model.classes.end(),
                            *model.positive_class);
  if (it == model.classes.end()) return ClassCounts{};
  return confusion.classes[static_cast<size_t>(it - model.classes.begin())];
}

class List {
 public:
  void Add(std::string_view name, std::string_view average, Figure value) {
    if (value) figures_.push_back({name, average, *value});
  }
  // Of what is no share of anything.
  void AddNumber(std::string_view name, Figure value) {
    if (value) figures_.push_back({name, "", *value, false});
  }
  void AddBounds(std::string_view lower, std::string_view upper,
                 std::string_view average, const std::optional<Bounds>& value) {
    if (!value) return;
    figures_.push_back({lower, average, value->lower});
    figures_.push_back({upper, average, value->upper});
  }
  // Of one class: the bounds of its precision and recall.
  void AddClassBounds(std::string_view average, const ClassCounts& c) {
    AddBounds("precision_lower_bound", "precision_upper_bound", average,
              WilsonBounds(c.true_positives, c.predicted));
    AddBounds("recall_lower_bound", "recall_upper_bound", average,
              WilsonBounds(c.true_positives, c.actual));
  }
  std::vector<NamedFigure> Take() { return std::move(figures_); }

 private:
  std::vector<NamedFigure> figures_;
};

std::vector<FigureName> AllFigures() {
  std::vector<FigureName> figures = {
      {"accuracy", "", true, true},
      {"balanced_accuracy", ""},
      {"matthews_correlation", "", false},
      {"cohen_kappa", "", false},
      {"label_coverage", ""},
  };
  for (const auto& [name, figure] : kClassFigures) {
    for (const auto& [average_name, average] : kAverages) {
      const bool has_bounds = name == "f1" && average == Average::kMacro;
      figures.push_back({name, average_name, true, has_bounds});
    }
    figures.push_back({name, "binary", true, true});
  }
  for (const auto& [name, average, figure] : kBinaryFigures) {
    figures.push_back({name, average});
  }
  return figures;
}

void AddClassification(const ModelSnapshot& model, const Confusion& confusion,
                       List* list) {
  const auto positive = Positive(model, confusion);
  list->Add("accuracy", "", Accuracy(confusion));
  list->AddBounds("accuracy_lower_bound", "accuracy_upper_bound", "",
                  WilsonBounds(Correct(confusion), confusion.observations));
  list->Add("balanced_accuracy", "", BalancedAccuracy(confusion));
  for (const auto& [name, figure] : kClassFigures) {
    for (const auto& [average_name, average] : kAverages) {
      list->Add(name, average_name, Averaged(confusion, average, figure));
    }
    if (positive) list->Add(name, "binary", figure(*positive));
  }
  list->AddBounds("f1_lower_bound", "f1_upper_bound", "macro",
                  MacroF1Bounds(confusion));
  list->AddNumber("matthews_correlation", MatthewsCorrelation(confusion));
  list->AddNumber("cohen_kappa", CohenKappa(confusion));
  if (!positive) return;
  list->AddClassBounds("binary", *positive);
  list->AddBounds("f1_lower_bound", "f1_upper_bound", "binary",
                  F1Bounds(*positive));
  for (const auto& [name, average, figure] : kBinaryFigures) {
    list->Add(name, average, figure(*positive, confusion.observations));
  }
}

}  // namespace

std::optional<FigureName> FigureOf(std::string_view api_name) {
  for (const FigureName& figure : AllFigures()) {
    std::string name(figure.name);
    if (!figure.average.empty()) name += "_" + std::string(figure.average);
    if (name == api_name) return figure;
  }
  return std::nullopt;
}

std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window) {
  List list;
  const bool withheld = Withheld(model, window);
  if (model.task == Task::kClassification && !withheld) {
    AddClassification(model, Confusion::Of(window.counts, model.classes.size()),
                      &list);
  }
  list.Add("label_coverage", "", LabelCoverage(window));
  if (model.min_coverage > 0 && window.settings.length_ms > 0) {
    list.AddNumber("withheld", withheld ? 1 : 0);
  }
  return list.Take();
}

std::vector<NamedFigure> ClassFiguresOf(const ClassCounts& c) {
  List list;
  for (const auto& [name, figure] : kClassFigures) {
    list.Add(name, "", figure(c));
  }
  list.AddClassBounds("", c);
  return list.Take();
}

bool Withheld(const ModelSnapshot& model, const WindowSnapshot& window) {
  const Figure coverage = LabelCoverage(window);
  return coverage && *coverage < model.min_coverage;
}

Figure LabelCoverage(const WindowSnapshot& window) {
  if (window.settings.last > 0 || window.counts.predictions == 0) {
    return std::nullopt;
  }
  return static_cast<double>(window.counts.labelled) /
         static_cast<double>(window.counts.predictions);
}

}  // namespace plumbline
