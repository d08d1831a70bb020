#include "config/detectors.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/metrics/figure_names.h"
#include "core/settings/nearest.h"

namespace plumbline {
namespace {

// A detector is enabled if its key is present.
template <class Settings>
Key<DetectorSettings> Detector(
    const char* name, const Keys<Settings>& keys,
    std::optional<Settings> DetectorSettings::*place) {
  return {{name, "none", "a map: [" + std::string(name) + "](#" + name + ")",
           "[changes.md](changes.md)"},
          [=, &keys](YamlMap* map, DetectorSettings* detectors) {
            std::optional<Settings>& detector = detectors->*place;
            detector.reset();
            if (!map->Has(name)) {
              map->Take(name);
              return;
            }
            YamlMap inner = map->Map(name);
            ReadKeys(keys, &inner, &detector.emplace());
          }};
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

const Keys<AdwinSettings>& AdwinKeys() {
  using Row = Key<AdwinSettings>;
  static const Keys<AdwinSettings> kKeys = {
      Row::Number("delta", range::kAdwinDelta, &AdwinSettings::delta,
                  "the rate of false alarms rises with it"),
  };
  return kKeys;
}

const Keys<PageHinkleySettings>& PageHinkleyKeys() {
  using Row = Key<PageHinkleySettings>;
  static const Keys<PageHinkleySettings> kKeys = {
      Row::Number("delta", range::kPageHinkleyDelta,
                  &PageHinkleySettings::delta,
                  "a rise of the mean error by this much is no change"),
      Row::Number("threshold", range::kPageHinkleyThreshold,
                  &PageHinkleySettings::threshold,
                  "sum of excess errors that is a change"),
      Row::Number("alpha", range::kPageHinkleyAlpha,
                  &PageHinkleySettings::alpha,
                  "share of the sum that is kept at each pair"),
  };
  return kKeys;
}

const Keys<DdmSettings>& DdmKeys() {
  using Row = Key<DdmSettings>;
  static const Keys<DdmSettings> kKeys = {
      Row::Integer("warm_up", range::kDdmWarmUp, &DdmSettings::warm_up,
                   "pairs before it may find a change"),
      Row::Number("drift", range::kDdmDrift, &DdmSettings::drift,
                  "standard deviations above the least error rate"),
  };
  return kKeys;
}

const Keys<HddmSettings>& HddmKeys() {
  using Row = Key<HddmSettings>;
  static const Keys<HddmSettings> kKeys = {
      Row::Number("confidence", range::kHddmConfidence,
                  &HddmSettings::confidence,
                  "the rate of false alarms rises with it"),
  };
  return kKeys;
}

const Keys<DetectorSettings>& DetectorKeys() {
  static const Keys<DetectorSettings> kKeys = {
      Detector("adwin", AdwinKeys(), &DetectorSettings::adwin),
      Detector("page_hinkley", PageHinkleyKeys(),
               &DetectorSettings::page_hinkley),
      Detector("ddm", DdmKeys(), &DetectorSettings::ddm),
      Detector("hddm_a", HddmKeys(), &DetectorSettings::hddm_a),
  };
  return kKeys;
}

const Keys<AnomalySettings>& AnomalyKeys() {
  using Row = Key<AnomalySettings>;
  static const Keys<AnomalySettings> kKeys = {
      {{"metrics", "`[accuracy, f1_macro]`",
        "up to 16 figures as the API calls them",
        "figures that are compared with their history"},
       [](YamlMap* map, AnomalySettings* anomalies) {
         ReadMetrics(map, &anomalies->metrics);
       }},
      Row::Number("threshold", range::kAnomalyThreshold,
                  &AnomalySettings::threshold,
                  "standard deviations from the expected value"),
      Row::Duration("min_history", range::kMinHistoryMs,
                    &AnomalySettings::min_history_ms,
                    "with less history nothing is said"),
  };
  return kKeys;
}

void ReadAnomalies(YamlMap* model, AnomalySettings* anomalies) {
  YamlMap map = model->Map("anomalies");
  ReadKeys(AnomalyKeys(), &map, anomalies);
}

void ReadDetectors(YamlMap* model, DetectorSettings* detectors) {
  YamlMap map = model->Map("detectors");
  if (!map.node().IsDefined() || map.node().IsNull()) return;
  ReadKeys(DetectorKeys(), &map, detectors);
}

}  // namespace plumbline
