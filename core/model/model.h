// Model: the writer's half of a model. It is plain data that changes with each
// event. Publish() copies the changes of a group to the published half.

#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event/text_hash.h"
#include "core/model/assumed_positive.h"
#include "core/model/published.h"
#include "core/model/slicing.h"
#include "core/model/version.h"
#include "core/pairs/age_counts.h"
#include "core/settings/settings.h"
#include "core/sync/halved_list.h"

namespace plumbline {

// The joined predictions of a deleted version. Their labels still belong to the
// id: they are remembered until they are older than the label horizon.
struct DeletedVersion {
  uint32_t owner;  // Record::owner
  int64_t until_ms;
  std::unique_ptr<AgeCounts> age_counts;
};

struct Model final : PublishedModel {
  Model(std::string name, uint32_t number, uint32_t owner, Task task,
        const Commons& commons);

  const uint32_t owner;  // Record::owner of labels; see past_owner()
  Task task;             // see SetTask()

  uint64_t records = 0;  // remembered, of all versions and labels
  std::array<uint64_t, kModelCounts> counts{};
  AgeCounts labels;
  AgeCounts past_labels;     // of labels that pairs hold; expires with them
  uint64_t next_number = 0;  // of the next record in labels or past_labels
  std::vector<DeletedVersion> deleted_versions;
  int64_t last_event_ms = 0;
  int64_t window_bytes = 0;    // charged
  int64_t next_sample_ms = 0;  // when its figures are sampled next
  bool touched = false;
  bool dirty = true;  // changed since TakeDirty()
  uint32_t awaits_copy =
      0;  // place in DirtyModels, from 1; 0: it does not wait
  bool by_prediction = false;  // time windows count by prediction time
  // Number in the settings of each configured feature.
  std::unordered_map<std::string, uint32_t> features;
  bool has_aliases = false;   // of its classes
  bool scored = false;        // it counts scores
  bool class_scored = false;  // it counts scores of classes
  ScorePool scores;
  SetPool sets;
  Slicing slicing;
  Counting counting;
  std::vector<bool> refused;  // by class: known, but no longer configured
  int64_t task_since_ms = 0;  // 0: unknown
  // Distinct values of the labels that came while the task was open: bits of
  // doubles. Once the task is decided, values as its records have them. A label
  // record holds the index in this list until it is used; see
  // Record::is_early().
  std::vector<uint64_t> early_labels;
  bool is_settled = true;  // the task is decided, and no early label is left
  // Class by spelling: the representative, where several spellings are one
  // class.
  std::unordered_map<std::string_view, uint32_t, TextHash> class_index;
  std::array<uint32_t, 16> small_integer;  // class of 0..15, or kNoClass
  // By name. Readers see the published halves.
  HalvedList<Version, PublishedVersion> versions{
      &this->PublishedModel::versions};

  uint32_t past_owner() const { return owner + 1; }
  // True if no event of the model has been counted: only the configuration
  // names it.
  bool IsUnused() const;
  // True if the model or one of its age counts changed since the last call.
  bool TakeDirty();
  // Calls `visit(age_counts, next_number)` for all counts by prediction age.
  template <class Visit>
  void ForEachPredictionAgeCounts(Visit visit);
  bool Refuses(uint64_t class_index) const {
    return class_index < refused.size() && refused[class_index];
  }
  CountForm form() const;
  ModelTraits traits() const;
  // Call after any change of what counting depends on.
  void UpdateCounting();
  // Applies the rule's positive class, windows, slices, thresholds and
  // detectors. New ones count records from age `first_age` on.
  void Configure(const ModelSettings& rule, uint32_t first_age, int64_t now_ms);
  void ConfigureDetectors(const ModelSettings& rule, Version* version,
                          int64_t now_ms);
  bool IsEstimated(const ModelSettings& rule) const {
    return rule.estimate && task == Task::kClassification;
  }
  // Call after the windows are configured.
  void ConfigureEstimates(const ModelSettings& rule, Version* version,
                          uint32_t first_age, int64_t now_ms);
  // Puts a complete reference of the version in force.
  void RenewReference(Version* version, int64_t now_ms);
  // The class of this spelling, or of another spelling of the same class.
  uint32_t FindClass(std::string_view text) const;
  uint32_t Representative(uint64_t class_index) const {
    const ClassMap* map = class_map.Get();
    return map == nullptr ? static_cast<uint32_t>(class_index)
                          : map->representative[class_index];
  }
  // Call after a change of class_map.
  void IndexClasses();
  // Sets the representative of each class. Scores of the positive class restart
  // if the number of its spellings changes.
  void SetRepresentatives(std::vector<uint32_t> representative,
                          uint32_t first_age, int64_t now_ms);
  // The class of an integer from 0 to 15, or kNoClass.
  uint32_t FindSmallInteger(int64_t value) const;
  // Beyond `matrix_limit` classes, the model switches to marginal counts.
  uint32_t AddClass(std::string_view text, int64_t matrix_limit);
  // Switches to marginal counts if the model has more classes than this.
  void FreezeMatrixBeyond(int64_t classes);
  // Refuses the known classes that are not among `configured`. If that is
  // empty, refuses none.
  void RefuseOthers(const std::vector<std::string>& configured);
  // Counts scores of this class from age `first_age` on. If empty, there is no
  // positive class, and the counts of scores are cleared.
  void SetPositiveClass(std::string_view text, uint32_t first_age,
                        int64_t now_ms);
  bool HasPositiveClass() const { return positive_class.Get() != nullptr; }
  // What its present classes let one assume.
  AssumedPositive Assumed() const;
  // REQUIRES: the model has no version.
  void SetTask(Task decided, TaskOrigin origin, int64_t since_ms);
  bool IsTaskOpen() const {
    return task_origin.load(std::memory_order_relaxed) == TaskOrigin::kOpen;
  }

  // Publishes the changes of a group.
  void Publish(int64_t now_ms, WindowDeltas* scratch);

 private:
  void RestartScores(uint32_t first_age);
  void ClearScores();
  void SetThresholds(const std::vector<ThresholdSettings>& wanted,
                     uint32_t first_age, int64_t now_ms);
  void ConfigureSlices(const ModelSettings& rule, uint32_t first_age);
  void ConfigurePositiveClass(const ModelSettings& rule, uint32_t first_age,
                              int64_t now_ms);
  bool IsPositiveClass(std::string_view text) const;
  // Clears stale cells of predictions, as a change of the seqlock's open
  // generation.
  void ClearUnlabelled(Version* version, const DriftWatch::Stale& stale);
  void ClearTimeWindows(Version* version,
                        std::initializer_list<SparseSection> sections);
  // Visits the slots of all windows, as a change of the seqlock's open
  // generation.
  template <class Visit>
  void ForEachSlot(Visit visit);

  Reclaimer* reclaimer() const { return classes.reclaimer(); }

  uint64_t generation_ = 0;  // of the seqlock, while it is open
};

template <class Visit>
void Model::ForEachPredictionAgeCounts(Visit visit) {
  for (Version* version : versions.Get()) {
    visit(version->age_counts.get(), version->counts[kObservations]);
  }
  for (const DeletedVersion& gone : deleted_versions)
    visit(gone.age_counts.get(), UINT64_MAX);
  visit(&past_labels, next_number);
}

template <class Visit>
void Model::ForEachSlot(Visit visit) {
  for (Version* version : versions.Get()) {
    version->ForAllSeries([&](Series* series) {
      for (Window* window : series->windows.Get()) {
        window->ForEachSlot(generation_, visit);
      }
    });
  }
}

}  // namespace plumbline
