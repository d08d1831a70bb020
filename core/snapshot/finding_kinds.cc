// The table of all kinds of findings, and the functions that compute them.

#include <array>
#include <cstdio>
#include <utility>

#include "core/event/timestamp.h"
#include "core/metrics/class_figures.h"
#include "core/metrics/top_confusions.h"
#include "core/snapshot/anomalies.h"
#include "core/snapshot/drift_figures.h"
#include "core/snapshot/findings.h"

namespace plumbline {
namespace {

using Form = FindingForm;
using Path = std::vector<std::string>;

double Count(uint64_t n) { return static_cast<double>(n); }

Form FormOf(const NamedFigure& figure) {
  return figure.is_ratio ? Form::kRatio : Form::kNumber;
}

std::string ValueOfLabel(const Finding& finding, size_t i) {
  return std::string(finding.labels()[i].value);
}

// ---- The figures of the whole window ----

void AppendFigures(const WindowInput& input, FindingList* list) {
  for (const NamedFigure& f : input.figures()) {
    if (f.label.empty()) {
      list->push_back({f.name, FormOf(f), f.value, {}});
    } else {
      list->push_back(
          {f.name, FormOf(f), f.value, {{f.label, f.value_of_label}}});
    }
  }
}

// The name has the average; other labels are an object by their values.
Path PathOfFigure(const Finding& finding) {
  std::string name(finding.name());
  if (finding.labels().empty()) return {name};
  const std::string_view label = finding.labels()[0].name;
  std::string value = ValueOfLabel(finding, 0);
  if (label == "average") return {name + "_" + value};
  if (label == "q") return {name + "s", value};
  if (label != "threshold") return {name, value};
  constexpr std::string_view kPrefix = "threshold_";
  return {"thresholds", value, name.substr(kPrefix.size())};
}

// ---- The most frequent misses, if a model has no matrix ----

void AppendMisses(const WindowInput& input, FindingList* list) {
  const std::vector<std::string>& classes = input.model.classes;
  for (const Miss& miss : TopConfusions(InputOf(input.model, input.window))) {
    list->push_back({"top_confusion_observations",
                     Form::kCount,
                     Count(miss.observations),
                     {{"actual", classes[miss.actual]},
                      {"predicted", classes[miss.predicted]}}});
  }
}

Path PathOfMiss(const Finding& finding) {
  return {std::string(finding.name()), ValueOfLabel(finding, 0),
          ValueOfLabel(finding, 1)};
}

// ---- Distance of figures from their history ----

bool HasHistory(const WindowInput& input) {
  return !input.window.expected.empty();
}

void AppendAnomalies(const WindowInput& input, FindingList* list) {
  for (const Anomaly& anomaly :
       AnomaliesOf(input.model, input.window, input.figures())) {
    const FindingLabel metric = {"metric", anomaly.metric};
    list->push_back({"anomaly_score", Form::kNumber, anomaly.score, {metric}});
    list->push_back(
        {"anomalous", Form::kFlag, anomaly.anomalous ? 1.0 : 0.0, {metric}});
  }
}

Path PathOfAnomaly(const Finding& finding) {
  return {ValueOfLabel(finding, 0)};
}

std::string Shown(double number) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3g", number);
  return text.data();
}

void TellAnomalies(const WindowInput& input,
                   std::vector<std::string>* sentences) {
  for (const Anomaly& anomaly :
       AnomaliesOf(input.model, input.window, input.figures())) {
    if (!anomaly.anomalous) continue;
    sentences->push_back(std::string(anomaly.metric) + " over " +
                         input.window.settings.name + " is " +
                         Shown(anomaly.score) +
                         " standard deviations from its history");
  }
}

// ---- Distance of predictions from the reference ----

bool HasReference(const WindowInput& input) {
  return input.window.drift_reference != nullptr;
}

void AppendDrift(const WindowInput& input, FindingList* list) {
  for (const Drift& drift : DriftOf(input.window)) {
    const auto add = [&](std::string_view name, Form form,
                         const FindingLabel& label,
                         std::optional<double> value) {
      if (!value) return;
      list->push_back({name,
                       form,
                       *value,
                       {{"of", drift.of}, {"feature", drift.feature}, label}});
    };
    add("drift_distance", Form::kNumber, {"measure", "psi"}, drift.psi);
    add("drift_distance", Form::kNumber, {"measure", "jensen_shannon"},
        drift.jensen_shannon);
    add("drift_p_value", Form::kNumber, {"test", drift.test}, drift.p_value);
    add("drift_observations", Form::kCount, {"side", "window"},
        Count(drift.window));
    add("drift_observations", Form::kCount, {"side", "reference"},
        Count(drift.reference));
  }
}

Path PathOfDrift(const Finding& finding) {
  Path path = {ValueOfLabel(finding, 0)};
  if (path.front() == "feature") path = {"features", ValueOfLabel(finding, 1)};
  if (finding.labels()[2].name == "side") path.push_back("observations");
  path.push_back(ValueOfLabel(finding, 2));
  return path;
}

// ---- The figures and counts of each class ----

bool HasClasses(const WindowInput& input) {
  return input.model.task != Task::kRegression;
}

void AppendClasses(const WindowInput& input, FindingList* list) {
  const std::vector<std::string>& classes = input.model.classes;
  const auto confusion = Confusion::Of(input.window.counts, classes.size());
  const bool withheld = Withheld(input.model, input.window);
  for (size_t c = 0; c < classes.size(); ++c) {
    const ClassCounts& counts = confusion.classes[c];
    const FindingLabel of_class = {"class", classes[c]};
    if (!withheld) {
      for (const NamedFigure& f : ClassFiguresOf(counts)) {
        list->push_back({f.name, FormOf(f), f.value, {of_class}});
      }
    }
    list->push_back(
        {"support", Form::kCount, Count(counts.actual), {of_class}});
    list->push_back(
        {"predicted", Form::kCount, Count(counts.predicted), {of_class}});
  }
}

Path PathOfClass(const Finding& finding) {
  return {ValueOfLabel(finding, 0), std::string(finding.name())};
}

// ---- The changes that detectors found ----

void AppendChanges(const VersionSnapshot& version, FindingList* list) {
  for (const DetectorSnapshot& d : DetectorsOf(version)) {
    const FindingLabel detector = {"detector", DetectorName(d.kind)};
    const auto found = [&](std::string_view direction, uint64_t n) {
      list->push_back({"change_detections_total",
                       Form::kCount,
                       Count(n),
                       {detector, {"direction", direction}}});
    };
    const auto error = [&](std::string_view side, double value) {
      list->push_back(
          {"change_error", Form::kNumber, value, {detector, {"side", side}}});
    };
    found("worse", d.worse);
    found("better", d.better);
    list->push_back({"last_change_timestamp_seconds",
                     Form::kTimeMs,
                     static_cast<double>(d.last_change_ms),
                     {detector}});
    if (d.last_change_ms > 0) {
      error("before", d.last_change.before);
      error("after", d.last_change.after);
    }
    if (d.evidence.threshold > 0) {
      list->push_back({"detector_statistic",
                       Form::kNumber,
                       d.evidence.statistic,
                       {detector}});
      list->push_back({"detector_threshold",
                       Form::kNumber,
                       d.evidence.threshold,
                       {detector}});
    }
  }
}

Path PathOfChange(const Finding& finding) {
  const std::string detector = ValueOfLabel(finding, 0);
  const std::string_view name = finding.name();
  if (name == "change_detections_total") {
    return {detector, ValueOfLabel(finding, 1)};
  }
  if (name == "change_error") {
    return {detector, "error_" + ValueOfLabel(finding, 1)};
  }
  if (finding.form() == Form::kTimeMs) return {detector, "last_change"};
  constexpr std::string_view kPrefix = "detector_";
  return {detector, std::string(name.substr(kPrefix.size()))};
}

void TellChanges(const VersionSnapshot& version, int64_t now_ms,
                 std::vector<std::string>* sentences) {
  constexpr int64_t kRecentMs = 86'400'000;
  for (const DetectorSnapshot& d : DetectorsOf(version)) {
    if (d.last_change_ms <= now_ms - kRecentMs) continue;
    sentences->push_back("mean error changed from " +
                         Shown(d.last_change.before) + " to " +
                         Shown(d.last_change.after) + " at " +
                         FormatTimestamp(d.last_change_ms) + " (" +
                         std::string(DetectorName(d.kind)) + ")");
  }
}

// The families of the statistics, and of their bounds.
void AppendFamiliesOfFigures(std::vector<FindingFamily>* families) {
  for (const Statistic* statistic : Statistics()) {
    std::vector<FindingFamily> bounds;
    for (const FigureFamily& family : statistic->families) {
      const std::string name(family.name);
      families->push_back({MetricName("", family.name, family.is_ratio),
                           std::string(family.help)});
      if (family.bounded.empty()) continue;
      for (const std::string side : {"lower", "upper"}) {
        bounds.push_back({MetricName("", name + "_" + side + "_bound", true),
                          "The " + side + " bound of " + name + ", 95%."});
      }
    }
    families->insert(families->end(), bounds.begin(), bounds.end());
  }
}

}  // namespace

std::span<const FindingKind> FindingKinds() {
  static constexpr std::array<FindingKind, 6> kKinds = {{
      {.key = "metrics",
       .column = 1,
       .is_logged = true,
       .of_window = AppendFigures,
       .path = PathOfFigure},
      {.key = "metrics",
       .column = 1,
       .is_logged = true,
       .of_window = AppendMisses,
       .path = PathOfMiss},
      {.key = "anomalies",
       .flags_key = "anomalous",
       .column = 3,
       .is_used = HasHistory,
       .of_window = AppendAnomalies,
       .path = PathOfAnomaly,
       .tell_of_window = TellAnomalies},
      {.key = "drift",
       .top_of = "features",
       .top_by = "psi",
       .column = 4,
       .is_used = HasReference,
       .of_window = AppendDrift,
       .path = PathOfDrift},
      {.key = "class_metrics",
       .prefix = "class_",
       .column = 2,
       .is_used = HasClasses,
       .of_window = AppendClasses,
       .path = PathOfClass},
      {.key = "detectors",
       .list_by = "detector",
       .of_version = AppendChanges,
       .path = PathOfChange,
       .tell_of_version = TellChanges},
  }};
  return kKinds;
}

std::vector<FindingFamily> WindowFamilies() {
  std::vector<FindingFamily> families = {
      {"plumbline_top_confusion_observations",
       "Upper bounds of the 20 most frequent misses in the window."}};
  AppendFamiliesOfFigures(&families);
  const std::vector<FindingFamily> others = {
      {"plumbline_anomaly_score",
       "Distance of a figure from its history, in standard deviations."},
      {"plumbline_drift_distance",
       "Distance of the window's distribution from the reference, by measure."},
      {"plumbline_drift_p_value",
       "P-value of the difference between the window and the reference."},
      {"plumbline_drift_observations",
       "Predictions that the drift figures are computed from, by side."},
      {"plumbline_anomalous",
       "1 if the anomaly score is beyond the configured threshold, else 0."},
      {"plumbline_class_precision_ratio", "Precision of one class."},
      {"plumbline_class_recall_ratio", "Recall of one class."},
      {"plumbline_class_f1_ratio", "F1 score of one class."},
      {"plumbline_class_precision_lower_bound_ratio",
       "Lower bound of the precision of one class, 95%."},
      {"plumbline_class_precision_upper_bound_ratio",
       "Upper bound of the precision of one class, 95%."},
      {"plumbline_class_recall_lower_bound_ratio",
       "Lower bound of the recall of one class, 95%."},
      {"plumbline_class_recall_upper_bound_ratio",
       "Upper bound of the recall of one class, 95%."},
      {"plumbline_class_support", "Pairs in the window with this label."},
      {"plumbline_class_predicted",
       "Pairs in the window with this prediction."}};
  families.insert(families.end(), others.begin(), others.end());
  return families;
}

std::vector<FindingFamily> VersionFamilies() {
  return {{.metric = "plumbline_change_detections_total",
           .help = "Changes of the mean error that detectors have found.",
           .is_total = true},
          {"plumbline_last_change_timestamp_seconds",
           "When the detector last found a change."},
          {"plumbline_change_error",
           "Mean error before and after the last change."},
          {"plumbline_detector_statistic",
           "The statistic that the detector compares with its threshold."},
          {"plumbline_detector_threshold",
           "The detector finds a change when its statistic exceeds this."}};
}

std::string MetricName(std::string_view prefix, std::string_view name,
                       bool is_ratio) {
  std::string metric = "plumbline_";
  metric += prefix;
  metric += name;
  if (is_ratio) metric += "_ratio";
  return metric;
}

}  // namespace plumbline
