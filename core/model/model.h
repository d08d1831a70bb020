// Model: the writer's half of a model. It is plain data, changed event by
// event; Publish() carries a group's changes over to the published half.

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
#include "core/pairs/ledger.h"
#include "core/settings/settings.h"
#include "core/sync/halved_list.h"

namespace plumbline {

// The joined predictions of a deleted version. A label that they hold belongs
// to the id: it is remembered on, until it is older than the horizon of labels.
struct Departed {
  uint32_t owner;  // in records
  int64_t until_ms;
  std::unique_ptr<Ledger> ledger;
};

struct Model final : PublishedModel {
  Model(std::string name, uint32_t number, uint32_t owner, Task task,
        const Commons& commons);

  const uint32_t owner;  // in records of labels; the next in past labels
  Task task;             // see SetTask()

  uint64_t records = 0;  // remembered of it, all versions and labels
  std::array<uint64_t, kModelCounts> counts{};
  Ledger labels;
  Ledger past_labels;        // of labels that pairs hold: as old as a pair
  uint64_t next_number = 0;  // of the next record in one of these two
  std::vector<Departed> departed;
  int64_t last_event_ms = 0;
  int64_t window_bytes = 0;    // charged
  int64_t next_sample_ms = 0;  // when figures are next added to their history
  bool touched = false;
  bool unsaved =
      true;  // has changed since SaveState() (core/engine/checkpoint.h)
  bool by_prediction = false;  // its time windows are
  // Of features that are asked for, their number in the settings.
  std::unordered_map<std::string, uint32_t> features;
  bool has_aliases = false;   // of classes
  bool scored = false;        // has had a score, and counts them
  bool class_scored = false;  // likewise scores of classes
  ScorePool scores;
  SetPool sets;
  Slicing slicing;
  Counting counting;
  std::vector<bool> refused;  // by class: known, but no longer configured
  int64_t task_since_ms = 0;  // 0: not known any more
  // The values of labels that came while the task was open, each once: bits of
  // doubles, and once it is decided as its records have them. Label records
  // have the place in this list until they are used; see Record::is_early().
  std::vector<uint64_t> early_labels;
  bool is_settled = true;  // the task is not open, and no label was early
  // By spelling, the class that it is: its representative where there are
  // several.
  std::unordered_map<std::string_view, uint32_t, TextHash> class_index;
  std::array<uint32_t, 16> small_integer;  // class of 0..15, or kNoClass
  // By name. Readers see their published halves.
  HalvedList<Version, PublishedVersion> versions{
      &this->PublishedModel::versions};

  uint32_t past_owner() const { return owner + 1; }
  // No event of it has been counted: it is there as it is configured.
  bool IsUnused() const;
  // True if it, or a ledger of it, has changed since this was asked last.
  bool TakeUnsaved();
  // Calls `visit(ledger, next_number)` for each ledger by prediction age.
  template <class Visit>
  void ForEachPredictionLedger(Visit visit);
  bool Refuses(uint64_t class_index) const {
    return class_index < refused.size() && refused[class_index];
  }
  CountForm form() const;
  ModelTraits traits() const;
  // To be called when something has changed that counting rests on.
  void UpdateCounting();
  // Takes what the rule says of positive class, windows, slices,
  // thresholds and detectors; what is new starts with age `first_age`.
  void Configure(const ModelSettings& rule, uint32_t first_age, int64_t now_ms);
  void ConfigureDetectors(const ModelSettings& rule, Version* version,
                          int64_t now_ms);
  bool IsEstimated(const ModelSettings& rule) const {
    return rule.estimate && task == Task::kClassification;
  }
  // After its windows.
  void ConfigureEstimates(const ModelSettings& rule, Version* version,
                          uint32_t first_age, int64_t now_ms);
  // Makes a reference of the version that is complete the one that holds.
  void RenewReference(Version* version, int64_t now_ms);
  // The class of this spelling, or of the other one that means the same.
  uint32_t FindClass(std::string_view text) const;
  // The class that a class is now.
  uint32_t Representative(uint64_t class_index) const {
    const ClassMap* map = class_map.Get();
    return map == nullptr ? static_cast<uint32_t>(class_index)
                          : map->representative[class_index];
  }
  // After a change of class_map.
  void IndexClasses();
  // By class, which one it is. Scores of the positive class start anew where
  // it has got another spelling.
  void SetRepresentatives(std::vector<uint32_t> representative,
                          uint32_t first_age, int64_t now_ms);
  // The class of an integer from 0 to 15, if it is one; else kNoClass.
  uint32_t FindSmallInteger(int64_t value) const;
  // Beyond `matrix_limit` classes the model goes over to marginal counts.
  uint32_t AddClass(std::string_view text, int64_t matrix_limit);
  // With more classes than this, the model goes over to marginal counts.
  void FreezeMatrixBeyond(int64_t classes);
  // Of the known classes, those that are not among these; none if empty.
  void RefuseOthers(const std::vector<std::string>& configured);
  // Scores of another class are counted from `first_age` on. Empty: there is
  // none any more, and what was counted of scores goes.
  void SetPositiveClass(std::string_view text, uint32_t first_age,
                        int64_t now_ms);
  bool HasPositiveClass() const { return positive_class.Get() != nullptr; }
  // What may be assumed of its classes, as they are now.
  AssumedPositive Assumed() const;
  // REQUIRES: there is no version.
  void SetTask(Task decided, TaskOrigin origin, int64_t since_ms);
  bool IsTaskOpen() const {
    return task_origin.load(std::memory_order_relaxed) == TaskOrigin::kOpen;
  }

  // Publishes what a group has changed.
  void Publish(int64_t now_ms, Tallies* scratch);

 private:
  void RestartScores(uint32_t first_age);
  void ClearScores();
  void SetThresholds(const std::vector<ThresholdSettings>& wanted,
                     uint32_t first_age, int64_t now_ms);
  void ConfigureSlices(const ModelSettings& rule, uint32_t first_age);
  void ConfigurePositiveClass(const ModelSettings& rule, uint32_t first_age,
                              int64_t now_ms);
  bool IsPositiveClass(std::string_view text) const;
  // Empties cells of predictions, as a change of the gate's open generation.
  void ClearSeen(Version* version, const DriftWatch::Stale& stale);
  void ClearTimeWindows(Version* version,
                        std::initializer_list<SparseSection> sections);
  // Of all windows, as a change of the gate's open generation.
  template <class Visit>
  void ForEachSlot(Visit visit);

  Reclaimer* reclaimer() const { return classes.reclaimer(); }

  uint64_t generation_ = 0;  // of the gate, while it is open
};

template <class Visit>
void Model::ForEachPredictionLedger(Visit visit) {
  for (Version* version : versions.Get()) {
    visit(version->ledger.get(), version->counts[kObservations]);
  }
  for (const Departed& gone : departed) visit(gone.ledger.get(), UINT64_MAX);
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
