#include "exporters/api/page.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "exporters/api/objectives.h"
#include "exporters/api/table_parts.h"

namespace plumbline {
namespace {

using Json = nlohmann::ordered_json;

// The main figures of all tasks.
constexpr const char* kFigures[] = {
    "label_coverage",
    "accuracy",
    "balanced_accuracy",
    "precision_binary",
    "recall_binary",
    "f1_binary",
    "f1_macro",
    "f1_samples",
    "hamming_loss",
    "roc_auc_binary",
    "roc_auc_macro",
    "log_loss",
    "mean_absolute_error",
    "root_mean_squared_error",
    "mean_error",
    "r2",
    "estimated_accuracy",
};

// 2026-11-24T03:00:00.000Z, or a word for none.
std::string TimeOf(const Json& time) {
  return time.is_null() ? "none" : Shown(time);
}

std::string ListOf(const Json& list) {
  std::string text;
  for (const Json& item : list)
    text += (text.empty() ? "" : ", ") + Shown(item);
  return text;
}

// The entry with this name, or null.
Json FindNamed(const Json& list, const char* key, const Json& name) {
  for (const Json& item : list) {
    if (item[key] == name) return item;
  }
  return nullptr;
}

// The windows of one version, without slices.
std::vector<Json> WindowsOf(const Json& model, const Json& version) {
  std::vector<Json> windows;
  for (const Json& result : model["results"]) {
    if (result["version"] == version && result["segment"].empty()) {
      windows.push_back(result);
    }
  }
  return windows;
}

std::string TaskOf(const Json& summary) {
  return summary["task"].is_null() ? "not decided" : Shown(summary["task"]);
}

// The model's properties, with assumed ones marked.
std::string Heading(const Json& summary) {
  std::string text = Shown(summary["model"]) + ": " + TaskOf(summary);
  if (!summary["classes"].empty()) {
    text += "; classes " + ListOf(summary["classes"]);
  }
  if (!summary["positive_class"].is_null()) {
    text += "; positive class " + Shown(summary["positive_class"]);
  }
  const bool assumed =
      summary.contains("assumed") && !summary["assumed"].empty();
  return text + (assumed ? "; assumed: " + ListOf(summary["assumed"]) : "");
}

std::string FiguresOfWindows(const std::vector<Json>& windows) {
  TableRow head = {"window"};
  TableRow observations = {"observations"};
  for (const Json& window : windows) {
    head.push_back(Shown(window["window"]));
    observations.push_back(Shown(window["observations"]));
  }
  std::vector<TableRow> rows = {head, observations};
  for (const char* figure : kFigures) {
    TableRow row = {figure};
    for (const Json& window : windows) {
      row.push_back(WithBounds(window["metrics"], figure));
    }
    const bool has_one = std::any_of(row.begin() + 1, row.end(),
                                     [](const auto& t) { return t != "-"; });
    if (has_one) rows.push_back(row);
  }
  return AlignedRows(rows);
}

// The matrix of the window with the most pairs; among equals, the longest.
std::string MatrixOf(const std::vector<Json>& windows) {
  const Json* most = nullptr;
  for (const Json& window : windows) {
    if (!window.contains("confusion")) continue;
    const bool is_longer = most == nullptr ||
                           window["observations"] > (*most)["observations"] ||
                           (window["observations"] == (*most)["observations"] &&
                            !Shown(window["window"]).starts_with("last_"));
    if (is_longer) most = &window;
  }
  if (most == nullptr || (*most)["observations"] == 0) return "";
  return "matrix of " + Shown((*most)["window"]) + ":\n" + MatrixTable(*most);
}

std::string Indented(const std::string& window, const std::string& lines) {
  std::string text;
  for (size_t begin = 0; begin < lines.size();) {
    const size_t end = lines.find('\n', begin);
    text += "  " + window + ": " + lines.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return text;
}

std::string VersionPage(const Json& model, const Json& version,
                        const Json& objectives) {
  std::string text = "version \"" + Shown(version["version"]) +
                     "\": " + Shown(version["predictions"]) + " predictions, " +
                     Shown(version["observations"]) +
                     " pairs; last prediction " +
                     TimeOf(version["last_prediction"]) + ", last label " +
                     TimeOf(version["last_label"]) + "\n";
  const auto windows = WindowsOf(model, version["version"]);
  if (windows.empty()) return text;
  text += FiguresOfWindows(windows);
  for (const Json& objective : objectives) {
    text += ObjectiveLine(objective, windows);
  }
  text += MatrixOf(windows);
  std::string findings;
  for (const Json& window : windows) {
    findings += Indented(Shown(window["window"]), FindingsOf(window));
  }
  return text + findings;
}

Json Parsed(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string ValueOf(const Json& value) {
  if (value.is_null()) return "something that is not kept";
  return value.is_array() ? "[" + ListOf(value) + "]" : Shown(value);
}

std::string ReceiptOf(const Json& prediction) {
  if (prediction.contains("received")) {
    return "received " + Shown(prediction["received"]);
  }
  return "received between " + Shown(prediction["received_after"]) + " and " +
         Shown(prediction["received_before"]);
}

std::string PredictionLines(const Json& prediction) {
  std::string text = "version \"" + Shown(prediction["version"]) +
                     "\" predicted " + ValueOf(prediction["prediction"]);
  if (prediction.contains("score")) {
    text += ", score " + Shown(prediction["score"]);
  }
  if (prediction.contains("scores")) {
    for (const auto& [name, score] : prediction["scores"].items()) {
      text += ", score of " + name + " " + Shown(score);
    }
  }
  const std::string until = Shown(prediction["expires"]);
  text += ", " + ReceiptOf(prediction) + "\n";
  return text + (prediction["waits"].get<bool>()
                     ? "  It waits for its label until " + until +
                           ", and then expires.\n"
                     : "  Its label has joined. A newer label corrects the "
                       "pair until " +
                           until + ", and then it is forgotten.\n");
}

std::string LabelLines(const Json& label, bool predicted) {
  if (label.is_null()) return "no label yet\n";
  const std::string until = Shown(label["expires"]);
  std::string text = "label " + ValueOf(label["label"]) + ", of " +
                     Shown(label["time"]) + "\n";
  if (label["waits"].get<bool>()) {
    return text +
           "  It has scored nothing yet: it waits for a prediction until " +
           until + ", and then expires.\n";
  }
  return text + "  It scores what else is predicted of this id until " + until +
         (predicted ? ".\n" : "; what it has scored is forgotten.\n");
}

}  // namespace

std::string ModelsTable(std::string_view text) {
  const Json json = Parsed(text);
  if (!json.is_object() || !json.contains("models")) return "";
  if (json["models"].empty()) return "no models yet\n";
  std::vector<TableRow> rows = {{"model", "task", "version", "predictions",
                                 "pairs", "last prediction", "last label"}};
  for (const Json& model : json["models"]) {
    std::string name = Shown(model["model"]);
    std::string task = TaskOf(model);
    if (model["versions"].empty()) {
      rows.push_back({name, task, "-", "-", "-", "-", "-"});
    }
    for (const Json& version : model["versions"]) {
      rows.push_back(
          {name, task, "\"" + Shown(version["version"]) + "\"",
           Shown(version["predictions"]), Shown(version["observations"]),
           TimeOf(version["last_prediction"]), TimeOf(version["last_label"])});
      name.clear();
      task.clear();
    }
  }
  return AlignedRows(rows);
}

std::string ModelPage(std::string_view model_text, std::string_view models_text,
                      std::string_view status_text) {
  const Json model = Parsed(model_text);
  const Json models = Parsed(models_text);
  if (!model.is_object() || !model.contains("results") || !models.is_object() ||
      !models.contains("models")) {
    return "";
  }
  const Json summary = FindNamed(models["models"], "model", model["model"]);
  if (summary.is_null()) return "";
  std::string text = Heading(summary) + "\n";
  const Json objectives =
      ObjectivesOf(Parsed(status_text), Shown(model["model"]));
  for (const Json& version : summary["versions"]) {
    const bool asked = std::any_of(
        model["results"].begin(), model["results"].end(),
        [&](const Json& r) { return r["version"] == version["version"]; });
    if (asked) text += "\n" + VersionPage(model, version, objectives);
  }
  const std::string changes =
      model.contains("detectors") ? ChangesOf(model) : "";
  return text + (changes.empty() ? "" : "\n" + changes);
}

std::string IdPage(std::string_view text) {
  const Json json = Parsed(text);
  if (!json.is_object() || !json.contains("predictions")) return "";
  std::string page;
  for (const Json& prediction : json["predictions"]) {
    page += PredictionLines(prediction);
  }
  const bool predicted = !json["predictions"].empty();
  if (!predicted) page += "no prediction is remembered\n";
  page += LabelLines(json["label"], predicted);
  if (!json["past_labels"].empty()) {
    std::string past;
    for (const Json& value : json["past_labels"]) {
      past += (past.empty() ? "" : ", ") + ValueOf(value);
    }
    page += "labels before it: " + past + "\n";
  }
  return page;
}

}  // namespace plumbline
