#include "core/model/window_memory.h"

#include <algorithm>

#include "core/metrics/statistic.h"

namespace plumbline {
namespace {

// Bytes of a class or segment, with its entry in an index.
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

namespace {

// The traits that the model is counted with under these settings.
ModelTraits TraitsOf(const Settings& settings, const ModelSettings& rule,
                     const WindowShape& shape) {
  return {.task = shape.task,
          .classes = shape.classes,
          .matrix_classes = static_cast<uint32_t>(settings.matrix_classes),
          .thresholds = std::max(rule.thresholds.size(), shape.thresholds),
          .scored = shape.scored,
          .class_scored = shape.class_scored};
}

// Upper bounds of the bytes of a version and of a slice of one model.
class Costs {
 public:
  Costs(const ModelSettings& rule, const ModelTraits& traits, size_t variables)
      : rule_(rule),
        traits_(traits),
        is_estimated_(rule.estimate && traits.task == Task::kClassification) {
    const bool multilabel = traits.task == Task::kMultilabel;
    const uint32_t limit = multilabel ? 0 : traits.matrix_classes;
    const uint32_t side = std::min(traits.classes, limit);
    matrix_ = side * side;
    marginals_ = traits.classes > limit ? traits.classes * kMarginals : 0;
    lists_ = multilabel            ? SetPool::Bytes(traits.classes)
             : traits.class_scored ? ScorePool::Bytes(traits.classes)
                                   : 0;
    const bool numbers =
        rule.drift.predictions && traits.task == Task::kRegression;
    variables_ =
        std::max(rule.drift.features.size() + (numbers ? 1 : 0), variables);
  }

  int64_t OfVersion() const {
    int64_t bytes = Version::MostBytes(matrix_) +
                    DriftWatch::MostBytes(variables_, traits_.classes);
    size_t time_windows = 0;
    for (const WindowSettings& window : rule_.windows) {
      bytes += OfWindow(window, true);
      if (window.last == 0) ++time_windows;
    }
    if (is_estimated_) bytes += Estimates::MostBytes(time_windows, traits_);
    return bytes;
  }
  int64_t OfSlice() const {
    int64_t bytes = static_cast<int64_t>(sizeof(Slice)) + kBytesPerName;
    for (const WindowSettings& window : rule_.windows) {
      bytes += OfWindow(window, false);
    }
    return bytes;
  }

 private:
  // `sees_all`: the window is of the whole version. Only those count
  // predictions.
  int64_t OfWindow(const WindowSettings& window, bool sees_all) const {
    int64_t sections = SlotBytesFor(traits_, window.last);
    if (sees_all && window.last == 0) {
      sections += DriftWatch::SlotBytes(rule_.drift, traits_, variables_);
      if (is_estimated_) sections += Estimates::SlotBytes(traits_);
    }
    return Window::Bytes(window,
                         Slot<StdAtomics>::Bytes(matrix_, marginals_, sections),
                         LastNRing<StdAtomics>::PairBytes(sees_all, lists_));
  }

  const ModelSettings& rule_;
  const ModelTraits& traits_;
  const bool is_estimated_;
  uint32_t matrix_ = 0;     // cells
  uint32_t marginals_ = 0;  // cells
  int64_t lists_ = 0;       // bytes per pair
  size_t variables_ = 0;    // variables of drift
};

}  // namespace

int64_t WindowBytes(const Settings& settings, std::string_view model,
                    const WindowShape& shape) {
  const ModelSettings& rule = settings.For(model);
  const ModelTraits traits = TraitsOf(settings, rule, shape);
  const Costs costs(rule, traits, shape.variables);
  // Always counts room for the "__other__" slices.
  const size_t slices = shape.slices + shape.versions * rule.slices.size();
  return static_cast<int64_t>(sizeof(Model)) + kBytesPerName * shape.classes +
         static_cast<int64_t>(shape.versions) * costs.OfVersion() +
         static_cast<int64_t>(slices) * costs.OfSlice() +
         Slicing::Bytes(shape.sets) +
         FigureHistories::MostBytes(shape.figure_histories);
}

}  // namespace plumbline
