#include "core/join/chain.h"

#include <algorithm>

namespace plumbline {

ClassSet RepresentativesOf(const Model& model, ClassSet set) {
  for (uint32_t& c : set) c = model.Representative(c);
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

// Skips stored records of other models: they are damaged.
void Chain::Load(const Model& model, const PairKey& key) {
  PairTable& table = state_->table();
  records_.clear();
  for (uint32_t r = table.Find(key); r != PairTable::kNone;) {
    const uint32_t next = table.at(r).next;
    const Record& record = table.at(r);
    const State::Owner& owner = state_->owner(record.owner);
    if (owner.model == &model && owner.age_counts->Alive(record)) {
      records_.push_back(r);
    } else if (state_->dirty_pairs().MayLeave(record)) {
      state_->dirty_pairs().BeforeChange(key);
      table.Remove(r);
    }
    r = next;
  }
}

Record* Chain::AddDetail(const Record& of, RecordKind kind) {
  const uint32_t number = state_->table().Insert(of.key);
  Record& detail = state_->table().at(number);
  detail.set_kind(kind);
  detail.owner = of.owner;
  detail.age = of.age;
  detail.set_number(of.number());
  AgeCounts* age_counts = state_->owner(of.owner).age_counts;
  if (of.joined) {
    detail.joined = 1;
    age_counts->AddJoinedDetails(detail.age, 1);
  } else {
    age_counts->AddWaitingDetails(detail.age, 1);
  }
  MarkDirty(number);
  records_.push_back(number);
  return &detail;
}

// REQUIRES: `prediction` is new.
void Chain::AddDetails(const PairDetails& details, Task task,
                       const Record& prediction) {
  if (task == Task::kMultilabel) {
    for (size_t i = 0; i < details.set.size(); i += kClassesInDetail) {
      PackSet(details.set, i, AddDetail(prediction, RecordKind::kDetail));
    }
    return;
  }
  const ScorePool::List& scores = details.scores;
  const auto packed = [&scores](size_t n) {
    return n < scores.size()
               ? PackScore(scores[n].class_index, scores[n].probability)
               : kNoScore;
  };
  for (size_t i = 0; i < scores.size(); i += 2) {
    Record* detail = AddDetail(prediction, RecordKind::kDetail);
    detail->first = packed(i);
    detail->second = packed(i + 1);
  }
}

PairDetails Chain::DetailsOf(const Model& model,
                             const Record& prediction) const {
  PairDetails details;
  if (model.task == Task::kMultilabel) {
    details.set =
        SetOf(prediction, prediction.prediction(), RecordKind::kDetail)
            .value_or(ClassSet());
    return details;
  }
  if (!model.class_scored) return details;
  for (const uint32_t r : records_) {
    const Record& detail = state_->table().at(r);
    if (detail.kind() != RecordKind::kDetail ||
        detail.owner != prediction.owner) {
      continue;
    }
    for (const uint64_t packed : {detail.first, detail.second}) {
      if (packed == kNoScore) continue;
      details.scores.push_back(
          {model.Representative(ClassOfPacked(packed)), ScoreOfPacked(packed)});
    }
  }
  return details;
}

// Marks the details of a record as joined, like the record itself.
void Chain::JoinDetails(const Record& of) {
  AgeCounts* age_counts = state_->owner(of.owner).age_counts;
  for (const uint32_t r : records_) {
    Record& detail = state_->table().at(r);
    if (!detail.is_detail() || detail.owner != of.owner || detail.joined)
      continue;
    detail.joined = 1;
    detail.set_number(of.number());
    age_counts->AddWaitingDetails(detail.age, -1);
    age_counts->AddJoinedDetails(detail.age, 1);
    MarkDirty(r);
  }
}

std::optional<ClassSet> Chain::SetOf(const Record& of, uint64_t value,
                                     RecordKind details) const {
  if (HoldsSet(value)) return SetOfValue(value);
  ClassSet set;
  for (const uint32_t r : records_) {
    const Record& detail = state_->table().at(r);
    if (detail.kind() == details && detail.owner == of.owner) {
      UnpackSet(detail, &set);
    }
  }
  if (set.empty()) return std::nullopt;
  std::sort(set.begin(), set.end());
  return set;
}

// All records that hold the label hold the same value.
std::optional<ClassSet> Chain::StandingSet(const Record& standing) const {
  const uint64_t value = standing.label();
  for (const uint32_t r : records_) {
    const Record& record = state_->table().at(r);
    if (!record.holds_label()) continue;
    if (auto set = SetOf(record, value, RecordKind::kLabelDetail)) return set;
  }
  return std::nullopt;
}

size_t Chain::LabelDetailsOf(const Record& of) const {
  return static_cast<size_t>(
      std::count_if(records_.begin(), records_.end(), [&](uint32_t r) {
        const Record& detail = state_->table().at(r);
        return detail.kind() == RecordKind::kLabelDetail &&
               detail.owner == of.owner;
      }));
}

void Chain::KeepLabelSet(const Record& of, const LabelValue& label) {
  if (label.set == nullptr || HoldsSet(label.bits)) return;
  for (size_t i = 0; i < label.set->size(); i += kClassesInDetail) {
    PackSet(*label.set, i, AddDetail(of, RecordKind::kLabelDetail));
  }
}

void Chain::DropLabelSets() {
  std::erase_if(records_, [this](uint32_t r) {
    const Record& detail = state_->table().at(r);
    if (detail.kind() != RecordKind::kLabelDetail) return false;
    AgeCounts* age_counts = state_->owner(detail.owner).age_counts;
    if (detail.joined) {
      age_counts->AddJoinedDetails(detail.age, -1);
    } else {
      age_counts->AddWaitingDetails(detail.age, -1);
    }
    state_->table().Remove(r);
    return true;
  });
}

size_t Chain::Count(RecordKind kind) const {
  return static_cast<size_t>(std::count_if(
      records_.begin(), records_.end(),
      [&](uint32_t r) { return state_->table().at(r).kind() == kind; }));
}

bool Chain::HasWaitingPrediction() const {
  return std::any_of(records_.begin(), records_.end(), [this](uint32_t r) {
    const Record& record = state_->table().at(r);
    return record.kind() == RecordKind::kPrediction && !record.joined;
  });
}

bool Chain::HasPrediction(uint32_t owner) const {
  for (const uint32_t r : records_) {
    const Record& record = state_->table().at(r);
    if (record.owner == owner && record.kind() == RecordKind::kPrediction) {
      return true;
    }
  }
  return false;
}

bool Chain::HadLabel(const Model& model, uint64_t bits) const {
  for (const uint32_t r : records_) {
    const Record& record = state_->table().at(r);
    if (record.kind() == RecordKind::kPastLabel &&
        IsSameLabel(model, record.label(), bits)) {
      return true;
    }
  }
  return false;
}

bool Chain::IsSameLabel(const Model& model, uint64_t a, uint64_t b) {
  if (a == b) return true;
  const ClassMap* map = model.class_map.Get();
  if (map == nullptr) return false;
  if (model.task == Task::kClassification) {
    return map->representative[a] == map->representative[b];
  }
  if (model.task != Task::kMultilabel || !HoldsSet(a) || !HoldsSet(b)) {
    return false;
  }
  return RepresentativesOf(model, SetOfValue(a)) ==
         RepresentativesOf(model, SetOfValue(b));
}

// Drops the past of a label that is forgotten; a new label has none.
void Chain::DropPastLabels() {
  std::erase_if(records_, [this](uint32_t r) {
    const Record& record = state_->table().at(r);
    if (record.kind() != RecordKind::kPastLabel) return false;
    state_->owner(record.owner).age_counts->RemovePast(record.age);
    state_->table().Remove(r);
    return true;
  });
}

}  // namespace plumbline
