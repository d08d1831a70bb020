// Chain: the live records of one id.
//
// Some of them are details: records that hold the scores or the set of classes
// of another record, and live and die with it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/state.h"
#include "core/pairs/class_set.h"

namespace plumbline {

// What the details of a prediction hold.
struct PairDetails {
  ScorePool::List scores;  // without those that are 0
  ClassSet set;
};

// The label of a pair. `set`: the classes of a multilabel, else null.
struct LabelValue {
  uint64_t bits = 0;
  const ClassSet* set = nullptr;
};

// The representatives of these classes, each once.
ClassSet RepresentativesOf(const Model& model, ClassSet set);

// [Writer]
class Chain {
 public:
  explicit Chain(State* state) : state_(state) {}

  void Load(const Model& model, const PairKey& key);
  void Clear() { records_.clear(); }

  // Numbers of records in the table.
  bool empty() const { return records_.empty(); }
  size_t size() const { return records_.size(); }
  uint32_t operator[](size_t i) const { return records_[i]; }
  auto begin() const { return records_.begin(); }
  auto end() const { return records_.end(); }

  // Adds a new record. Call once its fields are set.
  void Append(uint32_t number) { records_.push_back(number); }
  // Call for each record that is changed or added.
  void MarkDirty(uint32_t number) { state_->dirty_pairs().Mark(number); }

  // The record that holds the current label; null if there is none.
  const Record* Standing() const;
  size_t Count(RecordKind kind) const;
  bool HasPrediction(uint32_t owner) const;
  bool HasWaitingPrediction() const;
  // True if this value is among the past labels.
  bool HadLabel(const Model& model, uint64_t bits) const;
  size_t PastLabels() const { return Count(RecordKind::kPastLabel); }
  // True if the two labels are equal under the current aliases of classes.
  static bool IsSameLabel(const Model& model, uint64_t a, uint64_t b);

  void AddDetails(const PairDetails& details, Task task,
                  const Record& prediction);
  PairDetails DetailsOf(const Model& model, const Record& prediction) const;
  void JoinDetails(const Record& of);
  // The set of the current label; nullopt if only its hash was kept.
  std::optional<ClassSet> StandingSet(const Record& standing) const;
  size_t LabelDetailsOf(const Record& of) const;
  void KeepLabelSet(const Record& of, const LabelValue& label);
  void DropLabelSets();
  void DropPastLabels();

 private:
  Record* AddDetail(const Record& of, RecordKind kind);
  // The set that `value` encodes; nullopt if only its hash was kept.
  std::optional<ClassSet> SetOf(const Record& of, uint64_t value,
                                RecordKind details) const;

  State* const state_;
  std::vector<uint32_t> records_;
};

inline const Record* Chain::Standing() const {
  const Record* standing = nullptr;
  for (const uint32_t r : records_) {
    const Record& record = state_->table().at(r);
    if (record.holds_label()) standing = &record;
  }
  return standing;
}

}  // namespace plumbline
