// PublishedModel, PublishedVersion, PublishedState: the halves that readers
// see.
//
// The writer's halves derive from these: core/model/model.h, version.h and
// state.h. Readers include this file alone, so they cannot name the writer's
// members. A member that is not atomic is constant, or has a type whose header
// says how it is read. Publish() copies the changes of a group, between Open()
// and Close() of the model's seqlock.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "core/detect/expected_figures.h"
#include "core/drift/reference.h"
#include "core/estimate/published_estimates.h"
#include "core/metrics/figure_input.h"
#include "core/model/class_map.h"
#include "core/model/counts.h"
#include "core/sync/count_block.h"
#include "core/sync/published_list.h"
#include "core/sync/published_value.h"
#include "core/sync/reclaimer.h"
#include "core/sync/seqlock.h"
#include "core/window/series.h"

namespace plumbline {

struct PublishedVersion {
  PublishedVersion(std::string name, uint32_t owner, Reclaimer* reclaimer)
      : name(std::move(name)),
        owner(owner),
        series(true, reclaimer),
        slices(reclaimer),
        published_estimates(reclaimer) {}
  virtual ~PublishedVersion() = default;
  PublishedVersion(const PublishedVersion&) = delete;
  PublishedVersion& operator=(const PublishedVersion&) = delete;

  const std::string name;
  const uint32_t owner;  // Record::owner

  CountBlock<kVersionCounts> published;
  Cells<StdAtomics> outcomes;   // by CellOf()
  Cells<StdAtomics> withdrawn;  // outcomes that a correction replaced
  Series series;                // all pairs of the version
  PublishedList<Slice> slices;  // sorted by labels
  ExpectedFigures expected_figures;
  PublishedShared<DriftReference> drift_reference;
  PublishedEstimates published_estimates;
};

enum class PositiveOrigin : uint8_t {
  kNone,        // no positive class
  kConfigured,  // also: was configured, and no other came
  kAssumed,     // from the classes
  kEnded,       // no longer assumed, as another class came
};

enum class TaskOrigin : uint8_t {
  kConfigured,  // or unknown
  kAssumed,     // from an event
  kOpen,        // not decided yet: the model has no version
};

struct PublishedModel {
  PublishedModel(std::string name, uint32_t number, Task task,
                 Reclaimer* reclaimer)
      : name(std::move(name)),
        number(number),
        classes(reclaimer),
        published_task(task),
        versions(reclaimer) {}
  virtual ~PublishedModel() = default;
  PublishedModel(const PublishedModel&) = delete;
  PublishedModel& operator=(const PublishedModel&) = delete;

  const std::string name;
  const uint32_t number;  // never reused

  Seqlock<StdAtomics> seqlock;
  CountBlock<kModelCounts> published;
  PublishedList<const std::string> classes;  // by class index
  PublishedValue<std::string> positive_class;
  // Null while each class is its own representative.
  PublishedValue<ClassMap> class_map;
  std::atomic<PositiveOrigin> positive_origin{PositiveOrigin::kNone};
  std::atomic<Task> published_task;
  std::atomic<TaskOrigin> task_origin{TaskOrigin::kConfigured};
  std::atomic<int64_t> published_task_since_ms{0};
  std::atomic<double> min_coverage{0};       // as configured
  std::atomic<double> anomaly_threshold{0};  // likewise
  // 0 while observations are counted in the full matrix. Else the number of
  // classes that the matrix had when the model switched to marginal counts. It
  // never switches back.
  std::atomic<uint32_t> matrix_frozen_at{0};
  // Index of the cells of each threshold, by its text.
  PublishedValue<ThresholdPlaces> thresholds;
  PublishedList<PublishedVersion> versions;  // by name

  uint32_t class_count() const {
    return static_cast<uint32_t>(classes.Get().size());
  }
  // Cells of a slot with `classes_now` classes; `frozen_at` as in
  // matrix_frozen_at.
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
};

// [Any thread] Call models() under a Reclaimer::Guard.
class PublishedState {
 public:
  // Gauges of the whole state. They are not read at one moment: each is
  // consistent by itself.
  struct Gauges {
    std::atomic<int64_t> now_ms{0};  // of the last group
    std::atomic<int64_t> remembered_bytes{0};
    std::atomic<int64_t> window_bytes{0};
    std::atomic<int64_t> model_count{0};
    // Events received up to this time may have been evicted.
    std::atomic<int64_t> forgotten_until_ms{0};
    std::atomic<int64_t> horizon_ms{0};
    std::atomic<int64_t> dirty_records{0};    // see core/pairs/dirty_pairs.h
    std::atomic<int64_t> pair_bytes{0};       // memory of pairs
    std::atomic<bool> is_over_memory{false};  // see PairMemory::IsOver()
    // The next time at which a tick changes the state without events.
    std::atomic<int64_t> next_deadline_ms{INT64_MAX};
  };

  PublishedState() = default;
  PublishedState(const PublishedState&) = delete;
  PublishedState& operator=(const PublishedState&) = delete;

  const Reclaimer& reclaimer() const { return reclaimer_; }
  const PublishedList<PublishedModel>& models() const {
    return published_models_;
  }
  const Gauges& gauges() const { return gauges_; }

 protected:
  ~PublishedState() = default;

  Reclaimer reclaimer_;
  Gauges gauges_;
  PublishedList<PublishedModel> published_models_{&reclaimer_};  // by name
};

}  // namespace plumbline
