#include "core/model/window_memory.h"

#include <algorithm>

#include "core/detect/figure_history.h"
#include "core/metrics/statistic.h"

namespace plumbline {
namespace {

// Of a class, a segment or a set of them, and where it is found.
constexpr int64_t kBytesPerName = 256;

}  // namespace

WindowShape ShapeOf(const Model& model, const std::vector<Version*>& without) {
  WindowShape shape;
  shape.task = model.task;
  for (Version* version : model.versions.Get()) {
    if (std::find(without.begin(), without.end(), version) != without.end()) {
      continue;
    }
    ++shape.versions;
    shape.figure_histories += version->figures.used();
    shape.variables = std::max(shape.variables, version->drift.places());
    for (const Slice* slice : version->slices.Get()) {
      shape.slices += !Slicing::IsOther(slice->labels);
    }
  }
  shape.sets = model.slicing.set_count();
  shape.classes = model.class_count();
  shape.thresholds = model.counting.thresholds.size();
  shape.scored = model.scored;
  shape.class_scored = model.class_scored;
  return shape;
}

int64_t WindowBytes(const Settings& settings, std::string_view model,
                    const WindowShape& shape) {
  const uint32_t classes = shape.classes;
  const ModelSettings& rule = settings.For(model);
  const ModelTraits traits = {
      .task = shape.task,
      .classes = classes,
      .matrix_classes = static_cast<uint32_t>(settings.matrix_classes),
      .thresholds = std::max(rule.thresholds.size(), shape.thresholds),
      .scored = shape.scored,
      .class_scored = shape.class_scored};
  const bool multilabel = shape.task == Task::kMultilabel;
  const uint32_t limit = multilabel ? 0 : traits.matrix_classes;
  const uint32_t in_matrix = std::min(classes, limit);
  const uint32_t matrix = in_matrix * in_matrix;
  const uint32_t marginals = classes > limit ? classes * kMarginals : 0;
  int64_t version = static_cast<int64_t>(sizeof(Version)) +
                    Detectors::MostBytes() +
                    2 * Cells<StdAtomics>::HeapBytes(matrix);
  int64_t slice = static_cast<int64_t>(sizeof(Slice)) + kBytesPerName;
  const int64_t lists = multilabel           ? SetPool::Bytes(classes)
                        : shape.class_scored ? ScorePool::Bytes(classes)
                                             : 0;
  const bool numbers =
      rule.drift.predictions && shape.task == Task::kRegression;
  const size_t variables =
      std::max(rule.drift.features.size() + (numbers ? 1 : 0), shape.variables);
  version += DriftWatch::MostBytes(variables, classes);
  const bool estimates = rule.estimate && shape.task == Task::kClassification;
  size_t estimated = 0;  // time windows
  for (const WindowSettings& w : rule.windows) {
    const int64_t sections = SlotBytesFor(traits, w.last);
    int64_t seen =
        w.last > 0 ? 0 : DriftWatch::SlotBytes(rule.drift, traits, variables);
    if (estimates && w.last == 0) {
      seen += Estimates::SlotBytes(traits);
      ++estimated;
    }
    version +=
        Window::Bytes(w, matrix, marginals, sections + seen, lists, false);
    slice += Window::Bytes(w, matrix, marginals, sections, lists, true);
  }
  if (estimates) version += Estimates::MostBytes(estimated, traits);
  return static_cast<int64_t>(sizeof(Model)) + kBytesPerName * classes +
         static_cast<int64_t>(shape.versions) * version +
         static_cast<int64_t>(shape.slices) * slice +
         // Room for those that others go to is always there.
         static_cast<int64_t>(shape.versions * rule.slices.size()) * slice +
         static_cast<int64_t>(shape.sets) * kBytesPerName +
         static_cast<int64_t>(shape.figure_histories) * FigureHistory::Bytes();
}

}  // namespace plumbline
