#include "core/snapshot/anomalies.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/metrics/bounds.h"

namespace plumbline {
namespace {

struct Found {
  double value;
  bool is_ratio;
};

std::optional<Found> Find(const std::vector<NamedFigure>& figures,
                          const std::string& api_name) {
  for (const NamedFigure& figure : figures) {
    if (ApiName(figure) == api_name)
      return Found{figure.value, figure.is_ratio};
  }
  return std::nullopt;
}

// True if the figure is an estimate from uncalibrated scores. It is not
// comparable with estimates from calibrated ones.
bool IsRaw(const std::vector<NamedFigure>& figures,
           const std::string& api_name) {
  if (!api_name.starts_with("estimated_")) return false;
  const auto calibrated = Find(figures, "score_calibrated");
  return calibrated && calibrated->value == 0;
}

// The variance of the figure by chance. It comes from the bounds of the figure,
// if it has some. Another ratio counts as a share of all pairs. For any other
// figure it is unknown: 0.
double SamplingVariance(const std::vector<NamedFigure>& figures,
                        const FigureName& name, const Found& found,
                        uint64_t pairs) {
  const std::string average =
      name.average.empty() ? "" : "_" + std::string(name.average);
  const auto lower =
      Find(figures, std::string(name.name) + "_lower_bound" + average);
  const auto upper =
      Find(figures, std::string(name.name) + "_upper_bound" + average);
  if (lower && upper) {
    const double deviation = (upper->value - lower->value) / (2 * kZ);
    return deviation * deviation;
  }
  if (!found.is_ratio || pairs == 0) return 0;
  // A relative error can exceed 1: then it is no share.
  return std::max(found.value * (1 - found.value), 0.0) /
         static_cast<double>(pairs);
}

}  // namespace

double ScoreOf(double value, double sampling, const Expected& expected) {
  const double variance = expected.variance + sampling;
  if (!(variance > 0)) return 0;
  constexpr double kMost = std::numeric_limits<double>::max();
  return std::clamp((value - expected.center) / std::sqrt(variance), -kMost,
                    kMost);
}

std::vector<Anomaly> AnomaliesOf(const ModelSnapshot& model,
                                 const WindowSnapshot& window,
                                 const std::vector<NamedFigure>& figures) {
  std::vector<Anomaly> anomalies;
  for (const ExpectedFigure& figure : window.expected) {
    const auto name = FigureOf(figure.metric);
    const auto found = Find(figures, figure.metric);
    if (!name || !found || IsRaw(figures, figure.metric)) continue;
    const double score = ScoreOf(
        found->value,
        SamplingVariance(figures, *name, *found, window.counts.observations),
        figure.expected);
    anomalies.push_back(
        {figure.metric, score, std::fabs(score) > model.anomaly_threshold});
  }
  return anomalies;
}

FigureHistories::Value SampleOf(const std::vector<NamedFigure>& figures,
                                const std::string& metric, uint64_t pairs) {
  FigureHistories::Value sample;
  const auto name = FigureOf(metric);
  const auto found = Find(figures, metric);
  if (!name || !found || IsRaw(figures, metric)) return sample;
  sample.value = found->value;
  sample.variance = SamplingVariance(figures, *name, *found, pairs);
  return sample;
}

}  // namespace plumbline
