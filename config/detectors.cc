#include "config/detectors.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/metrics/figure_names.h"
#include "core/settings/nearest.h"

namespace plumbline {
namespace {

void Read(YamlMap* map, const char* key, const Reals& in, double* out) {
  std::optional<double> number;
  map->Number(key, in, &number);
  if (number) *out = *number;
}

void ReadFields(YamlMap* map, AdwinSettings* adwin) {
  Read(map, "delta", range::kAdwinDelta, &adwin->delta);
}

void ReadFields(YamlMap* map, PageHinkleySettings* page_hinkley) {
  Read(map, "delta", range::kPageHinkleyDelta, &page_hinkley->delta);
  Read(map, "threshold", range::kPageHinkleyThreshold,
       &page_hinkley->threshold);
  Read(map, "alpha", range::kPageHinkleyAlpha, &page_hinkley->alpha);
}

void ReadFields(YamlMap* map, DdmSettings* ddm) {
  map->Integer("warm_up", range::kDdmWarmUp, &ddm->warm_up);
  Read(map, "drift", range::kDdmDrift, &ddm->drift);
}

void ReadFields(YamlMap* map, HddmSettings* hddm_a) {
  Read(map, "confidence", range::kHddmConfidence, &hddm_a->confidence);
}

template <class Settings>
void ReadOne(YamlMap* parent, const char* key,
             std::vector<ConfigProblem>* problems,
             std::optional<Settings>* detector) {
  const YAML::Node node = parent->Take(key);
  detector->reset();
  if (!node.IsDefined()) return;
  YamlMap map(node, parent->PathOf(key), problems);
  ReadFields(&map, &detector->emplace());
  map.RefuseOthers();
}

void ReadMetrics(YamlMap* map, std::vector<std::string>* metrics) {
  const YAML::Node list = map->Take("metrics");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("metrics");
  if (!list.IsSequence() || list.size() > range::kMostMetrics) {
    map->Problem(list, path,
                 "must be a list of up to 16 figures, such as [accuracy, "
                 "f1_macro]");
    return;
  }
  metrics->clear();
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string name = list[i].IsScalar() ? list[i].Scalar() : "";
    const std::string at = path + "[" + std::to_string(i) + "]";
    if (!FigureOf(name)) {
      map->Problem(list[i], at,
                   "must be a figure as the API calls it, such as accuracy or "
                   "f1_macro" +
                       NearestHint(name, FigureNames()));
    } else if (std::find(metrics->begin(), metrics->end(), name) !=
               metrics->end()) {
      map->Problem(list[i], at, "is " + name + ", which is there already");
    } else {
      metrics->push_back(name);
    }
  }
}

}  // namespace

void ReadAnomalies(YamlMap* model, std::vector<ConfigProblem>* problems,
                   AnomalySettings* anomalies) {
  YamlMap map(model->Take("anomalies"), model->PathOf("anomalies"), problems);
  ReadMetrics(&map, &anomalies->metrics);
  Read(&map, "threshold", range::kAnomalyThreshold, &anomalies->threshold);
  map.Duration("min_history", range::kMinHistoryMs, &anomalies->min_history_ms);
  map.RefuseOthers();
}

void ReadDetectors(YamlMap* model, std::vector<ConfigProblem>* problems,
                   DetectorSettings* detectors) {
  const YAML::Node node = model->Take("detectors");
  if (!node.IsDefined() || node.IsNull()) return;
  YamlMap map(node, model->PathOf("detectors"), problems);
  ReadOne(&map, "adwin", problems, &detectors->adwin);
  ReadOne(&map, "page_hinkley", problems, &detectors->page_hinkley);
  ReadOne(&map, "ddm", problems, &detectors->ddm);
  ReadOne(&map, "hddm_a", problems, &detectors->hddm_a);
  map.RefuseOthers();
}

}  // namespace plumbline
