#include "core/join/count_unlabelled.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "core/estimate/scored.h"
#include "core/metrics/scores.h"

namespace plumbline {
namespace {

DriftValue ValueOf(const EventBatch& batch, const Feature& feature) {
  switch (feature.kind) {
    case ValueKind::kReal:
      return std::bit_cast<double>(feature.value);
    case ValueKind::kText:
      return batch.names[static_cast<uint32_t>(feature.value)];
    default:
      return {};
  }
}

// The score of the positive class, or else the highest score.
double WatchedScore(const Plan& plan, const PairDetails& details) {
  if (plan.task != Task::kClassification || plan.scores.count == 0) {
    return plan.score;
  }
  const Counting& counting = plan.model->counting;
  if (counting.has_positive) {
    return ScoreOf(details.scores, counting.positive);
  }
  double highest = 0;
  for (const ClassProbability& score : details.scores) {
    highest = std::max(highest, score.probability);
  }
  return highest;
}

}  // namespace

// Counts the prediction for drift.
void UnlabelledCounter::Watch(const Plan& plan, const PairDetails& details,
                              int64_t place_ms) {
  Model* model = plan.model;
  Version* version = plan.version;
  const int64_t now_ms = state_->now_ms();
  DriftWatch& drift = version->drift;
  // Events earlier in this group cannot be in bins about to be cleared: all
  // share one timestamp, and a reference of the first N predictions has no bins
  // before it.
  const auto renew = [&] {
    if (drift.Complete(now_ms)) state_->RenewReference(model, version);
  };
  renew();
  watched_.classes = 0;
  if (model->task == Task::kClassification) {
    watched_.classes = model->class_count();
    watched_.predicted = static_cast<uint32_t>(plan.prediction.bits);
  }
  watched_.value = std::bit_cast<double>(plan.prediction.bits);
  watched_.score = WatchedScore(plan, details);
  ReadFeatures(plan);
  cells_.clear();
  drift.Add(watched_, now_ms, &cells_);
  for (const SectionCell& cell : cells_) {
    version->unlabelled.Add(place_ms, cell);
  }
  renew();
}

// Counts scores for estimates of quality.
void UnlabelledCounter::CountScores(const Plan& plan,
                                    const PairDetails& details,
                                    int64_t place_ms) {
  Version* version = plan.version;
  const bool has_classes = plan.scores.count > 0;
  if (!has_classes && plan.score < 0) return;
  const Counting& counting = plan.model->counting;
  const auto predicted = static_cast<uint32_t>(plan.prediction.bits);
  if (counting.has_positive) {
    const double score =
        has_classes ? ScoreOf(details.scores, counting.positive) : plan.score;
    version->estimates.NoteScore(EstimateBins::kPositiveClass, score);
    VisitPositive(score, predicted == counting.positive, false,
                  [&](uint32_t key, bool) {
                    version->unlabelled.Add(
                        place_ms, SparseSection::kPredictedScores, key);
                  });
  }
  if (!has_classes) return;
  for (const auto& [class_index, score] : details.scores) {
    if (class_index >= EstimateBins::kClasses) continue;
    version->estimates.NoteScore(EstimateBins::FieldOf(class_index), score);
  }
  VisitClasses(details.scores, predicted, std::nullopt,
               [&](uint32_t key, bool) {
                 version->unlabelled.Add(
                     place_ms, SparseSection::kPredictedClassScores, key);
               });
}

// Reads the watched features, sorted by number.
void UnlabelledCounter::ReadFeatures(const Plan& plan) {
  watched_.features.clear();
  watched_.has_features = plan.extra->has_features;
  const Range range = plan.extra->features;
  for (uint32_t i = 0; i < range.count; ++i) {
    const Feature& feature = batch_->features[range.begin + i];
    const uint32_t number = names_.FeatureOf(*plan.model, feature.name);
    if (number == BatchNames::kNoFeature) continue;
    watched_.features.push_back({number, ValueOf(*batch_, feature)});
  }
  auto& found = watched_.features;
  const auto before = [](const FeatureValue& a, const FeatureValue& b) {
    return a.variable < b.variable;
  };
  if (!std::is_sorted(found.begin(), found.end(), before)) {
    std::sort(found.begin(), found.end(), before);
  }
}

}  // namespace plumbline
