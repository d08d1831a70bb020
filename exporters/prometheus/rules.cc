#include "exporters/prometheus/rules.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <vector>

#include "core/snapshot/findings.h"

namespace plumbline {
namespace {

void Replace(std::string_view what, std::string_view with, std::string* text) {
  for (size_t at = text->find(what); at != std::string::npos;
       at = text->find(what, at + with.size())) {
    text->replace(at, what.size(), with);
  }
}

// Escapes characters that YAML reads as line ends or forbids. Names have no
// other control characters.
void EscapeUnreadable(std::string* text) {
  for (int c = 0x80; c < 0xa0; ++c) {
    char escaped[8];
    std::snprintf(escaped, sizeof(escaped), "\\u%04x",
                  static_cast<unsigned>(c));
    Replace(std::string("\xc2") + static_cast<char>(c), escaped, text);
  }
  Replace("\u2028", "\\u2028", text);
  Replace("\u2029", "\\u2029", text);
  Replace("\ufeff", "\\ufeff", text);
  Replace("\xef\xbf\xbe", "\\ufffe", text);
  Replace("\xef\xbf\xbf", "\\uffff", text);
}

// A string in double quotes, for both YAML and PromQL.
std::string Quoted(std::string text) {
  Replace("\\", "\\\\", &text);
  Replace("\"", "\\\"", &text);
  EscapeUnreadable(&text);
  return "\"" + text + "\"";
}

// Protects text from the templates that Prometheus expands in labels and
// annotations.
std::string Verbatim(std::string text) {
  Replace("{{", "{{ `{{` }}", &text);
  return text;
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.15g", value);
  return text;
}

bool IsGlob(std::string_view match) {
  return match.find_first_of("*?") != std::string_view::npos;
}

std::string Regex(std::string_view glob) {
  std::string regex;
  for (const char c : glob) {
    if (c == '*') {
      regex += ".*";
    } else if (c == '?') {
      regex += '.';
    } else {
      constexpr std::string_view kSpecial = "\\.+()[]{}|^$";
      if (kSpecial.find(c) != std::string_view::npos) regex += '\\';
      regex += c;
    }
  }
  return regex;
}

// Matches the models whose first matching entry is this one.
std::string ModelMatchers(const std::vector<ModelSettings>& rules,
                          size_t rule) {
  const std::string& match = rules[rule].match;
  std::string text = IsGlob(match) ? "model=~" + Quoted(Regex(match))
                                   : "model=" + Quoted(match);
  for (size_t i = 0; i < rule; ++i) {
    const std::string& earlier = rules[i].match;
    if (IsGlob(match) || IsGlob(earlier)) {
      text += ",model!~" + Quoted(Regex(earlier));
    }
  }
  return text;
}

// Matches series of whole versions, without slices.
std::string Unsliced(const ModelSettings& rule) {
  std::set<std::string> keys;
  for (const auto& crossing : rule.slices) {
    keys.insert(crossing.begin(), crossing.end());
  }
  std::string text;
  for (const std::string& key : keys) text += ",segment_" + key + "=\"\"";
  return text;
}

// True if an earlier entry matches all its models.
bool IsShadowed(const std::vector<ModelSettings>& rules, size_t rule) {
  return std::any_of(rules.begin(),
                     rules.begin() + static_cast<ptrdiff_t>(rule),
                     [&](const ModelSettings& earlier) {
                       return earlier.match == rules[rule].match;
                     });
}

struct Alert {
  std::string name;
  std::string expr;
  std::string severity;
  std::string objective;
  std::string summary;
  std::string description;
};

void Append(const Alert& alert, std::string_view runbook, std::string* out) {
  *out +=
      "      - alert: " + alert.name + "\n        expr: |\n" + alert.expr +
      "        for: 5m\n        labels:\n          severity: " +
      alert.severity +
      "\n          objective: " + Quoted(Verbatim(alert.objective)) +
      "\n        annotations:\n          summary: " + Quoted(alert.summary) +
      "\n          description: " + Quoted(alert.description) + "\n";
  if (runbook.empty()) return;
  *out +=
      "          runbook_url: " + Quoted(std::string(runbook) + alert.name) +
      "\n";
}

constexpr char kOf[] =
    "Model {{ $labels.model }}, version {{ $labels.version }}, window "
    "{{ $labels.window }}: ";

class ObjectiveAlerts {
 public:
  ObjectiveAlerts(const Config& config, const Objective& objective,
                  std::string_view runbook)
      : objective_(objective),
        figure_(*FigureOf(objective.metric)),
        runbook_(runbook) {
    const auto& rules = config.engine.model_rules;
    matchers_ = ModelMatchers(rules, objective.rule) +
                ",window=" + Quoted(objective.window) +
                Unsliced(rules[objective.rule]);
    match_ = rules[objective.rule].match;
  }

  void Append(std::string* out) const {
    if (objective_.min) AppendSide("<", ">=", "upper", *objective_.min, out);
    if (objective_.max) AppendSide(">", "<=", "lower", *objective_.max, out);
  }

 private:
  std::string Series(std::string_view bound) const {
    std::string labels = matchers_;
    if (!figure_.average.empty()) {
      labels += ",average=" + Quoted(std::string(figure_.average));
    }
    return MetricName("", std::string(figure_.name) + std::string(bound),
                      figure_.is_ratio) +
           "{" + labels + "}";
  }

  // Requires enough observations. Figures of predictions have no guard: they
  // exist without pairs, too.
  std::string Guard() const {
    // Estimates also require calibration: raw scores misjudge their model.
    if (figure_.name.starts_with("estimated_")) {
      return "            and ignoring (average) plumbline_score_calibrated{" +
             matchers_ + "} == 1\n";
    }
    if (figure_.of_predictions) return "";
    return "            and ignoring (average) plumbline_window_observations{" +
           matchers_ + "} >= " + std::to_string(objective_.min_observations) +
           "\n";
  }

  // `misses`: the comparison of a figure that misses the objective. `far`: the
  // bound of the figure on the objective's side.
  void AppendSide(const std::string& misses, const std::string& reaches,
                  const std::string& far, double limit,
                  std::string* out) const {
    const std::string objective = match_ + ": " + objective_.metric + " " +
                                  reaches + " " + Number(limit) + " over " +
                                  objective_.window;
    const std::string compared = " " + misses + " " + Number(limit) + "\n";
    plumbline::Append({"PlumblineObjectiveMissed",
                       "          " + Series("") + compared + Guard(),
                       "warning", objective, "A model misses an objective.",
                       std::string(kOf) + objective_.metric +
                           " is {{ printf \"%.3g\" $value }}, and should be " +
                           reaches + " " + Number(limit) + "."},
                      runbook_, out);
    if (!figure_.has_bounds) return;
    plumbline::Append(
        {"PlumblineObjectiveMissedBeyondChance",
         "          " + Series("_" + far + "_bound") + compared + Guard(),
         "critical", objective,
         "A model misses an objective, and not by chance.",
         std::string(kOf) + "the " + far + " bound of " + objective_.metric +
             " is {{ printf \"%.3g\" $value }}, and should be " + reaches +
             " " + Number(limit) + "."},
        runbook_, out);
  }

  const Objective& objective_;
  const FigureName figure_;
  const std::string_view runbook_;
  std::string matchers_;
  std::string match_;
};

// PromQL cannot compare two labels of a series. So the diagonal is selected by
// matching it with a series per class that gets both labels.
constexpr char kRecording[] = R"yaml(  - name: plumbline-fleet
    rules:
      - record: model_version_window:plumbline_correct_observations:sum
        expr: |
          sum without (instance, actual, predicted) (
            plumbline_confusion_observations
              and ignoring (class)
            label_replace(
              label_replace(plumbline_class_support, "actual", "$1", "class", "(.*)"),
              "predicted", "$1", "class", "(.*)"))
      - record: model_version_window:plumbline_accuracy:ratio
        expr: |
          model_version_window:plumbline_correct_observations:sum
            / (sum without (instance, actual, predicted) (plumbline_confusion_observations) > 0)
      - record: model_version_window_class:plumbline_true_positives:sum
        expr: |
          sum without (instance, actual, predicted) (
            label_replace(plumbline_confusion_observations, "class", "$1", "actual", "(.*)")
              and
            label_replace(
              label_replace(plumbline_class_support, "actual", "$1", "class", "(.*)"),
              "predicted", "$1", "class", "(.*)"))
      - record: model_version_window_class:plumbline_recall:ratio
        expr: |
          model_version_window_class:plumbline_true_positives:sum
            / (sum without (instance, actual, predicted) (
                 label_replace(plumbline_confusion_observations, "class", "$1", "actual", "(.*)")) > 0)
      - record: model_version_window_class:plumbline_precision:ratio
        expr: |
          model_version_window_class:plumbline_true_positives:sum
            / (sum without (instance, actual, predicted) (
                 label_replace(plumbline_confusion_observations, "class", "$1", "predicted", "(.*)")) > 0)
)yaml";

}  // namespace

std::string PrometheusRules(const Config& config, std::string_view runbook) {
  std::string alerts;
  for (const Objective& objective : config.objectives) {
    if (IsShadowed(config.engine.model_rules, objective.rule)) continue;
    ObjectiveAlerts(config, objective, runbook).Append(&alerts);
  }
  std::string out = "groups:\n";
  if (!alerts.empty()) {
    out += "  - name: plumbline-objectives\n    rules:\n" + alerts;
  }
  return out + kRecording;
}

}  // namespace plumbline
