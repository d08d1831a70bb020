// Model and Version: what is kept of each, in two halves.
//
// The writer's half is plain data, changed event by event. The published half
// is what readers see; Publish() carries a group's changes over, between
// Open() and Close() of the model's gate.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/detect/detectors.h"
#include "core/detect/figure_histories.h"
#include "core/drift/drift_watch.h"
#include "core/estimate/estimates.h"
#include "core/event/text_hash.h"
#include "core/model/assumed_positive.h"
#include "core/model/class_map.h"
#include "core/model/histogram.h"
#include "core/model/slicing.h"
#include "core/pairs/ledger.h"
#include "core/settings/settings.h"
#include "core/sync/count_block.h"
#include "core/sync/gate.h"
#include "core/sync/published_list.h"
#include "core/sync/reclaimer.h"
#include "core/window/history.h"
#include "core/window/series.h"

namespace plumbline {

enum VersionCount : size_t {
  kPredictions,
  kPendingPredictions,
  kObservations,
  kExpiredPredictions,
  kEvictedPredictions,
  kLastPredictionMs,
  kLatency,                                                // histogram
  kDetection = kLatency + HistogramCells(kLatencyBounds),  // of each kind
  kVersionCounts = kDetection + kDetectors * kDetectorCounts,
};

enum ModelCount : size_t {
  kLabels,
  kPendingLabels,
  kJoinedLabels,
  kExpiredLabels,
  kEvictedLabels,
  kCorrections,
  kDuplicatePredictions,
  kDuplicateLabels,
  kForgottenPredictions,
  kLastLabelMs,
  kDelay,  // histogram
  kRetiredVersions = kDelay + HistogramCells(kDelayBounds),
  kRetiredPendingPredictions,
  kModelCounts,
};
// A checkpoint has these in one row; each of the others stands by itself.
inline constexpr size_t kFirstModelCounts = kRetiredVersions;

struct Version {
  Version(std::string name, uint32_t owner, Reclaimer* reclaimer,
          AgeClock* ages, uint64_t* model_records, uint64_t* all_records);

  const std::string name;
  const uint32_t owner;  // in records

  // Writer
  std::array<uint64_t, kVersionCounts> counts{};
  std::unique_ptr<Ledger> ledger;
  Detectors detectors;
  FigureHistories figures;  // published, too
  DriftWatch drift;         // likewise
  Estimates estimates;      // likewise
  SeenChanges seen;         // of the group
  History history;
  int64_t history_bytes = 0;  // charged, where it is kept here
  size_t history_steps = 0;   // then
  int64_t last_event_ms = 0;
  bool touched = false;

  // Published
  CountBlock<kVersionCounts> published;
  Cells<StdAtomics> outcomes;   // by CellOf()
  Cells<StdAtomics> withdrawn;  // corrected away
  Series series;                // of all its pairs
  PublishedList<Slice> slices;  // by labels

  // [Writer] The slice of this segment, or null.
  Slice* FindSlice(uint32_t segment) const;
  // [Writer] Calls `visit(series)` for the series that a pair with these
  // segments counts in.
  template <class Visit>
  void ForEachSeries(const std::vector<uint32_t>& segments, Visit visit) {
    visit(&series);
    for (const uint32_t segment : segments) {
      if (Slice* slice = FindSlice(segment)) visit(&slice->series);
    }
  }
  // [Writer] The same for all of them.
  template <class Visit>
  void ForAllSeries(Visit visit) {
    visit(&series);
    for (Slice* slice : slices.Get()) visit(&slice->series);
  }

  // [Writer] Notes a change that a detector has found.
  void NoteChange(DetectorKind kind, const Change& change, int64_t now_ms);

  // [Writer] Moves the changes of a group into windows and published counts.
  void Publish(uint64_t generation, int64_t now_ms, const Counting& counting,
               bool by_prediction, Tallies* scratch);

 private:
  void PublishOutcomes(const Counting& counting, Tally* group);
  void RecordHistory(int64_t now_ms, const Counting& counting,
                     bool by_prediction, Tallies* scratch);
};

// Where a model's positive class is from.
enum class PositiveOrigin : uint8_t {
  kNone,        // it has none
  kConfigured,  // or was, and nothing else has come
  kAssumed,     // of its classes
  kEnded,       // it was assumed until another class came, and has none now
};

// Where a model's task is from.
enum class TaskOrigin : uint8_t {
  kConfigured,  // or not known any more
  kAssumed,     // of an event
  kOpen,        // nothing has decided it yet: there is no version
};

// The joined predictions of a deleted version. A label that they hold belongs
// to the id: it is remembered on, until it is older than the horizon of labels.
struct Departed {
  uint32_t owner;  // in records
  int64_t until_ms;
  std::unique_ptr<Ledger> ledger;
};

struct Model {
  Model(std::string name, uint32_t number, uint32_t owner, Task task,
        Reclaimer* reclaimer, AgeClock* prediction_ages, AgeClock* label_ages,
        uint64_t* all_records);

  const std::string name;
  const uint32_t number;  // never reused
  const uint32_t owner;   // in records of labels; the next in past labels
  Task task;              // the writer's; see SetTask()

  // Writer
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

  // Published
  Gate<StdAtomics> gate;
  CountBlock<kModelCounts> published;
  PublishedList<const std::string> classes;  // by class index
  std::atomic<const std::string*> positive_class{nullptr};
  // Null while each class is its own.
  std::atomic<const ClassMap*> class_map{nullptr};
  std::atomic<PositiveOrigin> positive_origin{PositiveOrigin::kNone};
  std::atomic<Task> published_task;
  std::atomic<TaskOrigin> task_origin{TaskOrigin::kConfigured};
  std::atomic<int64_t> published_task_since_ms{0};
  std::atomic<double> min_coverage{0};       // as configured
  std::atomic<double> anomaly_threshold{0};  // likewise
  // 0 while observations are counted in the full matrix; else how many classes
  // the matrix had when counting changed to marginals, for good.
  std::atomic<uint32_t> matrix_frozen_at{0};
  // By the text of the threshold, the place of its cells.
  std::atomic<const ThresholdPlaces*> thresholds{nullptr};
  PublishedList<Version> versions;  // by name

  uint32_t past_owner() const { return owner + 1; }
  // [Writer] No event of it has been counted: it is there as it is configured.
  bool IsUnused() const;
  // True if it, or a ledger of it, has changed since this was asked last.
  bool TakeUnsaved();
  // Calls `visit(ledger, next_number)` for each ledger by prediction age.
  template <class Visit>
  void ForEachPredictionLedger(Visit visit);
  bool Refuses(uint64_t class_index) const {
    return class_index < refused.size() && refused[class_index];
  }
  uint32_t class_count() const {
    return static_cast<uint32_t>(classes.Get().size());
  }
  CountForm form() const;
  // Cells of a slot, with so many classes and what matrix_frozen_at says.
  static uint32_t MatrixCells(Task task, uint32_t classes_now,
                              uint32_t frozen_at) {
    const uint32_t side = frozen_at != 0 ? frozen_at : classes_now;
    return task == Task::kClassification ? side * side : 0;
  }
  static uint32_t MarginalCells(Task task, uint32_t classes_now,
                                uint32_t frozen_at) {
    const bool used = frozen_at != 0 || task == Task::kMultilabel;
    return used ? classes_now * kMarginals : 0;
  }
  ModelTraits traits() const;
  // [Writer] To be called when something has changed that counting rests on.
  void UpdateCounting();
  // [Writer] Takes what the rule says of positive class, windows, slices,
  // thresholds and detectors; what is new starts with age `first_age`.
  void Configure(const ModelSettings& rule, uint32_t first_age, int64_t now_ms,
                 Reclaimer* reclaimer);
  void ConfigureDetectors(const ModelSettings& rule, Version* version,
                          int64_t now_ms, Reclaimer* reclaimer);
  bool IsEstimated(const ModelSettings& rule) const {
    return rule.estimate && task == Task::kClassification;
  }
  // After its windows.
  void ConfigureEstimates(const ModelSettings& rule, Version* version,
                          uint32_t first_age, int64_t now_ms);
  // Makes a reference of the version that is complete the one that holds.
  void RenewReference(Version* version, int64_t now_ms, Reclaimer* reclaimer);
  // The class of this spelling, or of the other one that means the same.
  uint32_t FindClass(std::string_view text) const;
  // [Writer] The class that a class is now.
  uint32_t Representative(uint64_t class_index) const {
    const ClassMap* map = class_map.load(std::memory_order_relaxed);
    return map == nullptr ? static_cast<uint32_t>(class_index)
                          : map->representative[class_index];
  }
  // After a change of class_map.
  void IndexClasses();
  // By class, which one it is. Scores of the positive class start anew where
  // it has got another spelling.
  void SetRepresentatives(std::vector<uint32_t> representative,
                          uint32_t first_age, int64_t now_ms,
                          Reclaimer* reclaimer);
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
                        int64_t now_ms, Reclaimer* reclaimer);
  bool HasPositiveClass() const {
    return positive_class.load(std::memory_order_relaxed) != nullptr;
  }
  // [Writer] What may be assumed of its classes, as they are now.
  AssumedPositive Assumed() const;
  // REQUIRES: there is no version.
  void SetTask(Task decided, TaskOrigin origin, int64_t since_ms);
  bool IsTaskOpen() const {
    return task_origin.load(std::memory_order_relaxed) == TaskOrigin::kOpen;
  }

  // [Writer] Publishes what a group has changed.
  void Publish(int64_t now_ms, Tallies* scratch);

  ~Model() {
    delete positive_class.load(std::memory_order_relaxed);
    delete class_map.load(std::memory_order_relaxed);
    delete thresholds.load(std::memory_order_relaxed);
  }

 private:
  void RestartScores(uint32_t first_age, Reclaimer* reclaimer);
  void ClearScores(Reclaimer* reclaimer);
  void SetThresholds(const std::vector<ThresholdSettings>& wanted,
                     uint32_t first_age, int64_t now_ms, Reclaimer* reclaimer);
  void ConfigureSlices(const ModelSettings& rule, uint32_t first_age);
  void ConfigurePositiveClass(const ModelSettings& rule, uint32_t first_age,
                              int64_t now_ms, Reclaimer* reclaimer);
  bool IsPositiveClass(std::string_view text) const;
  // Empties cells of predictions, as a change of the gate's open generation.
  void ClearSeen(Version* version, const DriftWatch::Stale& stale);
  void ClearTimeWindows(Version* version,
                        std::initializer_list<SparseSection> sections);
  // Of all windows, as a change of the gate's open generation.
  template <class Visit>
  void ForEachSlot(Visit visit);

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

}  // namespace plumbline
