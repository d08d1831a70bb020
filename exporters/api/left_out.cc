#include "exporters/api/left_out.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/snapshot/findings.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

namespace {

struct Kind {
  std::string_view begin;  // prefix of its figures' names
  std::string_view name;
};

// Figures of no kind are listed by their names.
constexpr std::array<Kind, 14> kKinds = {{
    {"roc_auc", "ROC AUC"},
    {"average_precision", "average precision"},
    {"log_loss", "log loss"},
    {"brier_score", "Brier score"},
    {"expected_calibration_error", "calibration"},
    {"score_calibration_error", "calibration"},
    {"score_calibrated", "estimates"},
    {"estimate", "estimates"},
    {"thresholds", "thresholds"},
    {"top_confusion", "the most frequent misses"},
    {"r2", "R2"},
    {"mean_absolute_percentage_error", "mean absolute percentage error"},
    {"absolute_error_quantile", "quantiles"},
    {"label_coverage", "label coverage"},
}};

std::string KindOf(const std::string& figure) {
  const auto kind = std::find_if(
      kKinds.begin(), kKinds.end(),
      [&figure](const Kind& k) { return figure.starts_with(k.begin); });
  return kind == kKinds.end() ? figure : std::string(kind->name);
}

}  // namespace

void LeftOut::Compare(const std::vector<Json>& results, const Json& sum) {
  for (const Json& result : results) {
    for (const auto& [name, value] : result.at("metrics").items()) {
      if (!sum.at("metrics").contains(name)) Add(KindOf(name));
    }
    for (const FindingKind& kind : FindingKinds()) {
      const std::string key(kind.key);
      if (result.contains(key) && !sum.contains(key)) Add(key);
    }
  }
}

std::string LeftOut::Line() const {
  std::string list;
  for (const std::string& kind : kinds_) {
    list += (list.empty() ? "" : ", ") + kind;
  }
  if (list.empty()) return "";
  return "left out, because the daemons' answers lack the data: " + list;
}

void LeftOut::Add(const std::string& kind) {
  if (std::find(kinds_.begin(), kinds_.end(), kind) == kinds_.end()) {
    kinds_.push_back(kind);
  }
}

}  // namespace plumbline
