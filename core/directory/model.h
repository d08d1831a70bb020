// Model and Version: what is kept of each, in two halves.
//
// The writer's half is plain data, changed event by event. The published half
// is what readers see; Publish() carries a group's changes over, between
// Open() and Close() of the model's gate.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/directory/count_block.h"
#include "core/directory/histogram.h"
#include "core/directory/published_list.h"
#include "core/directory/reclaimer.h"
#include "core/join/ledger.h"
#include "core/settings.h"
#include "core/window/gate.h"
#include "core/window/history.h"
#include "core/window/window.h"

namespace plumbline {

enum VersionCount : size_t {
  kPredictions,
  kPendingPredictions,
  kObservations,
  kExpiredPredictions,
  kEvictedPredictions,
  kLastPredictionMs,
  kLatency,  // histogram
  kVersionCounts = kLatency + HistogramCells(kLatencyBounds),
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
  kModelCounts = kDelay + HistogramCells(kDelayBounds),
};

inline constexpr uint32_t kNoClass = ~uint32_t{0};

// What a group has changed of a version's windows; see Version::Publish.
struct WindowChanges {
  struct Labelled {  // predictions that have their label now
    int64_t receipt_ms;
    uint32_t age;
    uint64_t n;
  };
  struct Completed {
    Observation observation;
    uint32_t age;
  };
  struct Correction {
    int64_t completed_ms;
    uint64_t number;
    uint32_t age;
    Observation from;
    Observation to;
  };

  uint64_t predictions = 0;
  std::vector<Labelled> labelled;
  std::vector<Completed> completed;
  std::vector<Correction> corrections;

  bool empty() const {
    return predictions == 0 && labelled.empty() && completed.empty() &&
           corrections.empty();
  }
  void Clear();
  // The same receipt often comes many times in a row.
  void AddLabelled(int64_t receipt_ms, uint32_t age);
};

// Scratch space of Publish.
struct Tallies {
  Tally group;   // what the group completed
  Tally window;  // what one window sees of it
};

struct Version {
  Version(std::string name, uint32_t owner, Reclaimer* reclaimer,
          AgeClock* ages, uint64_t* model_records, uint64_t* all_records);

  const std::string name;
  const uint32_t owner;  // in records

  // Writer
  std::array<uint64_t, kVersionCounts> counts{};
  std::unique_ptr<Ledger> ledger;
  WindowChanges changes;
  History history;
  int64_t history_bytes = 0;  // charged, where it is kept here
  size_t history_steps = 0;   // then
  int64_t last_event_ms = 0;
  bool touched = false;

  // Published
  CountBlock<kVersionCounts> published;
  Cells<StdAtomics> outcomes;   // by CellOf()
  Cells<StdAtomics> withdrawn;  // corrected away
  PublishedList<Window> windows;

  // [Writer] Moves the changes of a group into windows and published counts.
  void Publish(uint64_t generation, int64_t now_ms, CountForm form,
               Tallies* scratch);

 private:
  void PublishTime(TimeRing<StdAtomics>* ring, const Window& window,
                   uint64_t generation, int64_t now_ms, CountForm form,
                   Tallies* scratch);
  void PublishLastN(LastNRing<StdAtomics>* ring, const Window& window,
                    uint64_t generation, CountForm form, Tally* scratch);
  void PublishOutcomes(Tally* group);
  void RecordHistory(int64_t now_ms, CountForm form, Tallies* scratch);
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
  const Task task;

  // Writer
  uint64_t records = 0;  // remembered of it, all versions and labels
  std::array<uint64_t, kModelCounts> counts{};
  Ledger labels;
  Ledger past_labels;        // of labels that pairs hold: as old as a pair
  uint64_t next_number = 0;  // of the next record in one of these two
  std::vector<Departed> departed;
  int64_t last_event_ms = 0;
  int64_t window_bytes = 0;  // charged
  bool touched = false;
  bool unsaved = true;  // has changed since SaveState() (core/checkpoint.h)
  std::vector<bool> refused;  // by class: known, but no longer configured
  std::unordered_map<std::string_view, uint32_t> class_index;
  std::array<uint32_t, 16> small_integer;  // class of 0..15, or kNoClass

  // Published
  Gate<StdAtomics> gate;
  CountBlock<kModelCounts> published;
  PublishedList<const std::string> classes;  // by class index
  std::atomic<const std::string*> positive_class{nullptr};
  std::atomic<double> min_coverage{0};  // as configured
  // 0 while observations are counted in the full matrix; else how many classes
  // the matrix had when counting changed to marginals, for good.
  std::atomic<uint32_t> matrix_frozen_at{0};
  PublishedList<Version> versions;  // by name

  uint32_t past_owner() const { return owner + 1; }
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
  uint32_t FindClass(std::string_view text) const;
  // The class of an integer from 0 to 15, if it is one; else kNoClass.
  uint32_t FindSmallInteger(int64_t value) const;
  // Beyond `matrix_limit` classes the model goes over to marginal counts.
  uint32_t AddClass(std::string_view text, int64_t matrix_limit);
  // With more classes than this, the model goes over to marginal counts.
  void FreezeMatrixBeyond(int64_t classes);
  // Of the known classes, those that are not among these; none if empty.
  void RefuseOthers(const std::vector<std::string>& configured);
  void SetPositiveClass(std::string_view text, Reclaimer* reclaimer);

  // [Writer] Publishes what a group has changed.
  void Publish(int64_t now_ms, Tallies* scratch);

  ~Model() { delete positive_class.load(std::memory_order_relaxed); }
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
