#include "core/join/sound_record.h"

#include <bit>
#include <cmath>

#include "core/pairs/class_set.h"

namespace plumbline {
namespace {

bool HasClasses(const Model& model, const ClassSet& set) {
  for (const uint32_t c : set) {
    if (c >= model.class_count()) return false;
  }
  return true;
}

bool IsScore(double score) { return score >= 0 && score <= 1; }

bool IsSoundPrediction(const State::Owner& owner, const Record& record) {
  const Model& model = *owner.model;
  // A waiting prediction belongs to a version that exists.
  if (owner.age_counts == &model.labels ||
      owner.age_counts == &model.past_labels ||
      (owner.version == nullptr && !record.joined)) {
    return false;
  }
  if (!model.slicing.HasSet(record.slices)) return false;
  if (record.scored &&
      (model.task != Task::kClassification || !IsScore(record.score()))) {
    return false;
  }
  return IsSoundValue(model, record.prediction()) &&
         (!record.joined || IsSoundValue(model, record.label()));
}

bool IsSoundLabel(const State::Owner& owner, const Record& record) {
  const Model& model = *owner.model;
  const bool is_past = record.kind() == RecordKind::kPastLabel;
  const bool is_of_labels = owner.age_counts == &model.labels ||
                            (is_past && owner.age_counts == &model.past_labels);
  if (!is_of_labels || record.scored || (is_past && !record.joined)) {
    return false;
  }
  if (record.is_early()) return record.label() < model.early_labels.size();
  return !model.IsTaskOpen() && IsSoundValue(model, record.label());
}

bool IsSoundDetail(const Model& model, const Record& record) {
  if (model.task == Task::kMultilabel) {
    ClassSet set;
    UnpackSet(record, &set);
    return HasClasses(model, set);
  }
  if (model.task != Task::kClassification ||
      record.kind() == RecordKind::kLabelDetail) {
    return false;
  }
  for (const uint64_t packed : {record.first, record.second}) {
    if (packed == kNoScore) continue;
    if (ClassOfPacked(packed) >= model.class_count() ||
        !IsScore(ScoreOfPacked(packed))) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool IsSoundValue(const Model& model, uint64_t bits) {
  switch (model.task) {
    case Task::kRegression:
      return std::isfinite(std::bit_cast<double>(bits));
    case Task::kMultilabel:
      // A larger set is stored as a hash.
      return !HoldsSet(bits) || (SizeOfSet(bits) <= kClassesInValue &&
                                 HasClasses(model, SetOfValue(bits)));
    default:
      return bits < model.class_count();
  }
}

bool IsSound(const State& state, const Record& record) {
  if (!state.HasOwner(record.owner)) return false;
  if (!state.Alive(record)) return true;
  const State::Owner& owner = state.owner(record.owner);
  switch (record.kind()) {
    case RecordKind::kPrediction:
      return IsSoundPrediction(owner, record);
    case RecordKind::kLabel:
    case RecordKind::kPastLabel:
      return IsSoundLabel(owner, record);
    case RecordKind::kDetail:
    case RecordKind::kLabelDetail:
      return IsSoundDetail(*owner.model, record);
    default:
      return false;
  }
}

}  // namespace plumbline
