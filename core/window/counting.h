// Counting: how the observations of a model are counted.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/codec/archive.h"
#include "core/settings/settings.h"
#include "core/window/list_pool.h"
#include "core/window/observation.h"
#include "core/window/section.h"

namespace plumbline {

// How classes are counted; see core/window/slot.h.
enum class CountForm : uint8_t {
  kMatrix,
  kMarginals,
  kSets,       // multilabel: marginals, by membership
  kTotalOnly,  // regression: values have no cells
};

inline constexpr uint32_t kNoClass = ~uint32_t{0};

inline constexpr uint32_t kThresholdCells = 4;

// A threshold that turns scores into decisions; its counts have a fixed index.
struct Threshold {
  std::string text;  // as configured; empty if the entry is free
  double value = 0;
  uint32_t first_age = 0;  // counts pairs predicted in this age bucket or later

  // See core/codec/archive.h.
  template <class Archive>
  void Fields(Archive& archive) {
    archive.Part("a threshold", [&] {
      archive.Field(1, text);
      FieldBetween(archive, 2, value, 0, 1);
      archive.Field(3, first_age);
    });
  }
};

// The traits of a model that decide how much is counted.
struct ModelTraits {
  Task task = Task::kClassification;
  uint32_t classes = 0;
  uint32_t matrix_classes = 0;  // limit
  size_t thresholds = 0;        // entries, free ones included
  bool scored = false;          // has had a score
  bool class_scored = false;    // has had scores of classes
};

// A change that one observation makes to one cell of a statistic.
struct CellChange {
  bool is_sparse;
  uint8_t section;  // a Section or SparseSection
  uint32_t size;    // number of all cells of the section
  uint32_t cell;    // or key
  int64_t delta;
};

// The changes of several observations, in order.
class CellChangeList {
 public:
  void Add(Section section, uint32_t size, uint32_t cell, int64_t delta) {
    changes_.push_back(
        {false, static_cast<uint8_t>(section), size, cell, delta});
  }
  void Add(SparseSection section, uint32_t key, int64_t delta) {
    changes_.push_back({true, static_cast<uint8_t>(section), 0, key, delta});
  }
  void Clear() { changes_.clear(); }
  size_t size() const { return changes_.size(); }
  const CellChange* begin() const { return changes_.data(); }
  const CellChange* end() const { return begin() + size(); }

 private:
  std::vector<CellChange> changes_;
};

struct Counting {
  CountForm form = CountForm::kMatrix;
  uint32_t classes = 0;          // of the model so far
  bool has_positive = false;     // a positive class is known
  uint32_t positive = kNoClass;  // its index, if it has occurred
  // Scores count for pairs predicted in this age bucket or later. Earlier
  // scores are of another positive class.
  uint32_t scores_from = 0;  // age
  std::vector<Threshold> thresholds;
  ScorePool* scores = nullptr;  // of the model
  SetPool* sets = nullptr;      // of the model

  // Appends the changes of one observation to the cells of one statistic.
  using Count = void (*)(const Counting&, const Observation&, CellChangeList*);
  std::vector<Count> statistics;  // those of the model

  // A last-N window calls Hold() when it takes the lists of an observation, and
  // Release() when it drops them.
  void Hold(const Observation& o) const {
    if (o.has_scores()) scores->Hold(o.scores());
    if (o.has_sets()) sets->Hold(o.sets());
  }
  void Release(const Observation& o) const {
    if (o.has_scores()) scores->Release(o.scores());
    if (o.has_sets()) sets->Release(o.sets());
  }
};

}  // namespace plumbline
