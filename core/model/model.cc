#include "core/model/model.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/metrics/statistic.h"

namespace plumbline {

Model::Model(std::string name, uint32_t number, uint32_t owner, Task task,
             const Commons& commons)
    : PublishedModel(std::move(name), number, task, commons.reclaimer),
      owner(owner),
      task(task),
      labels(commons.label_ages, &records, commons.records),
      past_labels(commons.prediction_ages, &records, commons.records) {
  small_integer.fill(kNoClass);
  counting.scores = &scores;
  counting.sets = &sets;
  UpdateCounting();
}

ModelTraits Model::traits() const {
  return {.task = task,
          .classes = class_count(),
          .matrix_classes = form() == CountForm::kMarginals ? 0 : UINT32_MAX,
          .thresholds = counting.thresholds.size(),
          .scored = scored,
          .class_scored = class_scored};
}

CountForm Model::form() const {
  if (task == Task::kRegression) return CountForm::kTotalOnly;
  if (task == Task::kMultilabel) return CountForm::kSets;
  return matrix_frozen_at.load(std::memory_order_relaxed) == 0
             ? CountForm::kMatrix
             : CountForm::kMarginals;
}

void Model::UpdateCounting() {
  counting.form = form();
  counting.classes = class_count();
  const std::string* positive = positive_class.Get();
  counting.has_positive = positive != nullptr;
  counting.positive = positive == nullptr ? kNoClass : FindClass(*positive);
  counting.statistics = CountsFor(traits());
}

void Model::SetTask(Task decided, TaskOrigin origin, int64_t since_ms) {
  task = decided;
  task_since_ms = since_ms;
  // Relaxed: the model has no version, so a reader cannot take counts of
  // another task for its own.
  published_task.store(decided, std::memory_order_relaxed);
  task_origin.store(origin, std::memory_order_relaxed);
  published_task_since_ms.store(since_ms, std::memory_order_relaxed);
  UpdateCounting();
}

bool Model::IsUnused() const {
  return versions.Get().empty() && deleted_versions.empty() && records == 0 &&
         std::all_of(counts.begin(), counts.end(),
                     [](uint64_t n) { return n == 0; });
}

bool Model::TakeDirty() {
  bool changed = std::exchange(dirty, false);
  changed |= labels.TakeChanged();
  ForEachPredictionAgeCounts([&changed](AgeCounts* age_counts, uint64_t) {
    changed |= age_counts->TakeChanged();
  });
  return changed;
}

void Model::Publish(int64_t now_ms, WindowDeltas* scratch) {
  counts[kPendingLabels] = labels.counts().waiting;
  const Publication publication = {seqlock.Open(now_ms), now_ms, counting,
                                   by_prediction, scratch};
  published.Publish(publication.generation, counts);
  for (Version* version : versions.Get()) {
    if (version->touched) version->Publish(publication);
  }
  seqlock.Close();
  scores.EndGroup();
  sets.EndGroup();
  touched = false;
}

}  // namespace plumbline
