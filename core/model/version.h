// Version: the writer's half of a version. It is plain data that changes with
// each event. Publish() copies the changes of a group to the published half.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/detect/change.h"
#include "core/detect/detectors.h"
#include "core/detect/figure_histories.h"
#include "core/drift/drift_watch.h"
#include "core/estimate/estimates.h"
#include "core/model/published.h"
#include "core/pairs/age_counts.h"
#include "core/window/history.h"

namespace plumbline {

// Shared by all models of a state.
struct Commons {
  Reclaimer* reclaimer;
  AgeBuckets* prediction_ages;
  AgeBuckets* label_ages;
  uint64_t* records;  // all that are remembered
};

struct Version final : PublishedVersion {
  // `model_records`: the number of records remembered of its model.
  Version(std::string name, uint32_t owner, const Commons& commons,
          uint64_t* model_records);

  std::array<uint64_t, kVersionCounts> counts{};
  std::unique_ptr<AgeCounts> age_counts;
  Detectors detectors;
  FigureHistories figures;
  uint64_t figures_stamp = 0;  // see core/window/part_gaps.h
  DriftWatch drift;
  Estimates estimates;
  UnlabelledChanges unlabelled;  // predictions of this group
  History history;
  int64_t history_bytes = 0;  // charged for history kept in memory
  size_t history_steps = 0;   // steps when it was charged
  int64_t last_event_ms = 0;
  bool touched = false;

  // The slice of this segment, or null.
  Slice* FindSlice(uint32_t segment) const;
  // Calls `visit(series)` for each series that counts a pair with these
  // segments.
  template <class Visit>
  void ForEachSeries(const std::vector<uint32_t>& segments, Visit visit) {
    visit(&series);
    for (const uint32_t segment : segments) {
      if (Slice* slice = FindSlice(segment)) visit(&slice->series);
    }
  }
  // Calls `visit(series)` for the series of the version and of all slices.
  template <class Visit>
  void ForAllSeries(Visit visit) {
    visit(&series);
    for (Slice* slice : slices.Get()) visit(&slice->series);
  }

  void NoteChange(DetectorKind kind, const Change& change, int64_t now_ms);

  // Moves the changes of a group to windows and published counts.
  void Publish(const Publication& publication);

  // Upper bound of the memory, without windows and slices.
  static int64_t MostBytes(uint32_t matrix_cells) {
    return static_cast<int64_t>(sizeof(Version)) + Detectors::MostBytes() +
           2 * Cells<StdAtomics>::HeapBytes(matrix_cells);
  }

 private:
  void PublishOutcomes(const Publication& publication);
  void RecordHistory(const Publication& publication);
};

}  // namespace plumbline
