// Chain: the records of one id that are alive, and what is remembered beside
// them: scores and sets of classes are details, which live and die with the
// record that they belong to.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/state.h"
#include "core/pairs/class_set.h"

namespace plumbline {

// What details say of a prediction.
struct PairDetails {
  ScorePool::List scores;  // that are not 0
  ClassSet set;
};

// A label that a pair gets. `set`: of a multilabel, else null.
struct LabelValue {
  uint64_t bits = 0;
  const ClassSet* set = nullptr;
};

// The classes that stand for these, each once.
ClassSet RepresentativesOf(const Model& model, ClassSet set);

// [Writer]
class Chain {
 public:
  explicit Chain(State* state) : state_(state) {}

  void Load(const Model& model, const PairKey& key);
  void Clear() { records_.clear(); }

  // Numbers of records of the table.
  bool empty() const { return records_.empty(); }
  size_t size() const { return records_.size(); }
  uint32_t operator[](size_t i) const { return records_[i]; }
  auto begin() const { return records_.begin(); }
  auto end() const { return records_.end(); }

  // A new record joins it. To be called once it says what it is.
  void Append(uint32_t number) { records_.push_back(number); }
  // To be called for each record that is changed or added.
  void MarkDirty(uint32_t number) { state_->unsaved_pairs().Mark(number); }

  // Holds the label that stands; null if there is none.
  const Record* Standing() const;
  size_t Count(RecordKind kind) const;
  bool HasPrediction(uint32_t owner) const;
  bool HasWaitingPrediction() const;
  // A label of this value is among those that were replaced.
  bool HadLabel(const Model& model, uint64_t bits) const;
  size_t PastLabels() const { return Count(RecordKind::kPastLabel); }
  // True if two labels of records are one, as classes are now.
  static bool IsSameLabel(const Model& model, uint64_t a, uint64_t b);

  void AddDetails(const PairDetails& details, Task task,
                  const Record& prediction);
  PairDetails DetailsOf(const Model& model, const Record& prediction) const;
  void JoinDetails(const Record& of);
  // Of the label that stands; nullopt if it is a hash and nothing else was
  // kept.
  std::optional<ClassSet> StandingSet(const Record& standing) const;
  size_t LabelDetailsOf(const Record& of) const;
  void KeepLabelSet(const Record& of, const LabelValue& label);
  void DropLabelSets();
  void DropPastLabels();

 private:
  Record* AddDetail(const Record& of, RecordKind kind);
  // What `value` stands for; nullopt if it is a hash and nothing else was kept.
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
