#include "exporters/api/merged_window.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/metrics/averages.h"
#include "core/metrics/bounds.h"
#include "exporters/api/findings_json.h"
#include "exporters/api/window_json.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kWithheld = "withheld";
constexpr const char* kMetrics = "metrics";
constexpr const char* kClassMetrics = "class_metrics";

uint64_t PairsOf(const Json& result) { return result.at("observations"); }

bool IsWithheld(const Json& result) {
  return result.at(kMetrics).value(kWithheld, 0.0) == 1;
}

// Whether min_coverage withholds the figures of the sum; the coverage of the
// sum lies between those of the daemons. nullopt if none is configured, or the
// daemons disagree.
std::optional<bool> WithheldInAll(const std::vector<Json>& results) {
  bool is_configured = false;
  bool shown = false;
  bool withheld = false;
  for (const Json& result : results) {
    const Json& metrics = result.at(kMetrics);
    const bool has_limit = metrics.contains(kWithheld);
    is_configured = is_configured || has_limit;
    if (IsWithheld(result)) {
      withheld = true;
    } else if (!has_limit || metrics.contains("label_coverage")) {
      shown = true;
    }
  }
  if (!is_configured || (shown && withheld)) return std::nullopt;
  return withheld;
}

class ClassIndex {
 public:
  explicit ClassIndex(const std::vector<std::string>& classes) {
    for (const std::string& name : classes) {
      index_.emplace(name, static_cast<uint32_t>(index_.size()));
    }
  }
  uint32_t Of(const std::string& name) const { return index_.at(name); }

 private:
  std::map<std::string, uint32_t> index_;
};

void AddMatrix(const Json& result, const ClassIndex& index,
               std::vector<uint64_t>* matrix) {
  std::vector<uint32_t> places;
  for (const Json& name : result.at("classes"))
    places.push_back(index.Of(name));
  const Json& rows = result.at("confusion");
  for (size_t actual = 0; actual < places.size(); ++actual) {
    for (size_t predicted = 0; predicted < places.size(); ++predicted) {
      (*matrix)[CellOf(places[actual], places[predicted])] +=
          rows.at(actual).at(predicted).get<uint64_t>();
    }
  }
}

// Restores a count from its share of `all`; a double is precise enough.
uint64_t PartOf(double share, uint64_t all) {
  return static_cast<uint64_t>(std::llround(share * static_cast<double>(all)));
}

void AddMarginals(const Json& result, const ClassIndex& index,
                  std::vector<uint64_t>* marginals) {
  for (const auto& [name, figures] : result.at(kClassMetrics).items()) {
    const uint32_t c = index.Of(name);
    const auto add = [&](Marginal marginal, uint64_t n) {
      (*marginals)[MarginalOf(c, marginal)] += n;
    };
    const uint64_t actual = figures.at("support");
    add(Marginal::kActual, actual);
    add(Marginal::kPredicted, figures.at("predicted"));
    add(Marginal::kTruePositives, PartOf(figures.value("recall", 0.0), actual));
  }
}

SlotCounts CountsOf(const ModelSnapshot& model,
                    const std::vector<Json>& results) {
  const ClassIndex index(model.classes);
  const auto classes = static_cast<uint32_t>(model.classes.size());
  SlotCounts counts;
  counts.Reset(model.has_matrix ? classes * classes : 0,
               model.has_matrix ? 0 : classes * kMarginals);
  for (const Json& result : results) {
    counts.observations += PairsOf(result);
    if (model.has_matrix) {
      AddMatrix(result, index, &counts.matrix);
    } else if (model.task != Task::kRegression) {
      AddMarginals(result, index, &counts.marginals);
    }
  }
  return counts;
}

// The power mean of order `power` over all pairs, from the daemons' means.
// nullopt if a daemon with pairs has no mean.
std::optional<double> MeanOf(const std::vector<Json>& results,
                             const std::string& name, int power = 1) {
  double all = 0;
  double most = 0;  // scales the values, so that no square overflows
  for (const Json& result : results) {
    const uint64_t pairs = PairsOf(result);
    if (pairs == 0) continue;
    const Json& metrics = result.at(kMetrics);
    if (!metrics.contains(name)) return std::nullopt;
    all += static_cast<double>(pairs);
    most = std::max(most, std::fabs(metrics.at(name).get<double>()));
  }
  if (all == 0) return std::nullopt;
  if (most == 0) return 0;
  double mean = 0;
  for (const Json& result : results) {
    const uint64_t pairs = PairsOf(result);
    if (pairs == 0) continue;
    const double part = result.at(kMetrics).at(name).get<double>() / most;
    mean += static_cast<double>(pairs) / all * std::pow(part, power);
  }
  return most * (power == 1 ? mean : std::pow(mean, 1.0 / power));
}

Json RegressionMetrics(const std::vector<Json>& results) {
  Json metrics = Json::object();
  const auto add = [&metrics](const char* name, std::optional<double> value) {
    if (value) metrics[name] = *value;
  };
  const auto absolute = MeanOf(results, "mean_absolute_error");
  auto root_mean_squared = MeanOf(results, "root_mean_squared_error", 2);
  if (absolute && root_mean_squared) {
    // Rounding could put RMSE below MAE when all errors have the same size.
    root_mean_squared = std::max(*root_mean_squared, *absolute);
  }
  add("mean_absolute_error", absolute);
  add("root_mean_squared_error", root_mean_squared);
  add("mean_error", MeanOf(results, "mean_error"));
  return metrics;
}

// Sets the figures that do not follow from class marginals: exact matches, and
// means over pairs.
void SetPairFigures(const std::vector<Json>& results, Json* metrics) {
  uint64_t exact = 0;
  uint64_t pairs = 0;
  for (const Json& result : results) {
    const uint64_t n = PairsOf(result);
    pairs += n;
    if (n > 0) exact += PartOf(result.at(kMetrics).at("accuracy"), n);
  }
  if (pairs == 0) return;
  const Bounds bounds = *WilsonBounds(exact, pairs);
  (*metrics)["accuracy"] =
      static_cast<double>(exact) / static_cast<double>(pairs);
  (*metrics)["accuracy_lower_bound"] = bounds.lower;
  (*metrics)["accuracy_upper_bound"] = bounds.upper;
  for (const ClassFigureName& figure : kClassFigures) {
    const std::string name = std::string(figure.name) + "_samples";
    if (const auto mean = MeanOf(results, name)) (*metrics)[name] = *mean;
  }
}

Json MetricsOf(const ModelSnapshot& model, const WindowSnapshot& window,
               const std::vector<Json>& results) {
  if (model.task == Task::kRegression) return RegressionMetrics(results);
  Json metrics = FindingsOfKey({model, window}, kMetrics);
  if (model.task == Task::kMultilabel) SetPairFigures(results, &metrics);
  return metrics;
}

// The counts of a window below the least coverage.
Json CountsOfClasses(ModelSnapshot model, WindowSnapshot window) {
  model.min_coverage = 1;
  window.settings = {};
  window.counts.predictions = 1;
  return FindingsOfKey({model, window}, kClassMetrics);
}

}  // namespace

bool WithheldByOne(const std::vector<Json>& results) {
  return std::any_of(results.begin(), results.end(), IsWithheld);
}

Json MergedWindow(const ModelSnapshot& model,
                  const std::vector<Json>& results) {
  const Json& first = results.front();
  const bool has_figures = !WithheldByOne(results);
  const bool has_classes = model.task != Task::kRegression;
  WindowSnapshot window;
  window.counts = CountsOf(model, results);
  Json sum = {{"version", first.at("version")},
              {"window", first.at("window")},
              {"segment", first.at("segment")},
              {"observations", window.counts.observations}};
  if (has_classes) sum["classes"] = model.classes;
  if (model.has_matrix) sum["confusion"] = ConfusionJson(model, window);
  sum[kMetrics] =
      has_figures ? MetricsOf(model, window, results) : Json::object();
  if (const auto withheld = WithheldInAll(results)) {
    sum[kMetrics][kWithheld] = *withheld ? 1.0 : 0.0;
  }
  if (has_classes) {
    sum[kClassMetrics] = has_figures
                             ? FindingsOfKey({model, window}, kClassMetrics)
                             : CountsOfClasses(model, window);
  }
  return sum;
}

}  // namespace plumbline
