// Details: what is remembered beside a record, in the chain of its pair. They
// live and die with it.

#include <algorithm>

#include "core/join/joiner.h"

namespace plumbline {

Record* Joiner::AddDetail(const Record& of, RecordKind kind) {
  const uint32_t number = state_->table().Insert(of.key);
  Record& detail = state_->table().at(number);
  detail.set_kind(kind);
  detail.owner = of.owner;
  detail.age = of.age;
  detail.set_number(of.number());
  Ledger* ledger = state_->owner(of.owner).ledger;
  if (of.joined) {
    detail.joined = 1;
    ledger->AddJoinedDetails(detail.age, 1);
  } else {
    ledger->AddWaitingDetails(detail.age, 1);
  }
  Changed(number);
  chain_.push_back(number);
  return &detail;
}

// Of a new prediction.
void Joiner::AddDetails(const Plan& plan, const Record& prediction) {
  if (plan.details == 0) return;
  if (plan.task == Task::kMultilabel) {
    for (size_t i = 0; i < details_.set.size(); i += kClassesInDetail) {
      PackSet(details_.set, i, AddDetail(prediction, RecordKind::kDetail));
    }
    return;
  }
  const ScorePool::List& scores = details_.scores;
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

Joiner::Details Joiner::DetailsOf(const Model& model,
                                  const Record& prediction) const {
  Details details;
  if (model.task == Task::kMultilabel) {
    details.set =
        SetOf(prediction, prediction.prediction(), RecordKind::kDetail)
            .value_or(ClassSet());
    return details;
  }
  if (!model.class_scored) return details;
  for (const uint32_t r : chain_) {
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

// They are joined with what they belong to.
void Joiner::JoinDetails(const Record& of) {
  Ledger* ledger = state_->owner(of.owner).ledger;
  for (const uint32_t r : chain_) {
    Record& detail = state_->table().at(r);
    if (!detail.is_detail() || detail.owner != of.owner || detail.joined)
      continue;
    detail.joined = 1;
    detail.set_number(of.number());
    ledger->AddWaitingDetails(detail.age, -1);
    ledger->AddJoinedDetails(detail.age, 1);
    Changed(r);
  }
}

std::optional<ClassSet> Joiner::SetOf(const Record& of, uint64_t value,
                                      RecordKind details) const {
  if (HoldsSet(value)) return SetOfValue(value);
  ClassSet set;
  for (const uint32_t r : chain_) {
    const Record& detail = state_->table().at(r);
    if (detail.kind() == details && detail.owner == of.owner) {
      UnpackSet(detail, &set);
    }
  }
  if (set.empty()) return std::nullopt;
  std::sort(set.begin(), set.end());
  return set;
}

// All records that hold the label hold the same.
std::optional<ClassSet> Joiner::StandingSet(const Record& standing) const {
  const uint64_t value = standing.label();
  for (const uint32_t r : chain_) {
    const Record& record = state_->table().at(r);
    if (!record.holds_label()) continue;
    if (auto set = SetOf(record, value, RecordKind::kLabelDetail)) return set;
  }
  return std::nullopt;
}

size_t Joiner::LabelDetailsOf(const Record& of) const {
  return static_cast<size_t>(
      std::count_if(chain_.begin(), chain_.end(), [&](uint32_t r) {
        const Record& detail = state_->table().at(r);
        return detail.kind() == RecordKind::kLabelDetail &&
               detail.owner == of.owner;
      }));
}

void Joiner::KeepLabelSet(const Record& of, const LabelValue& label) {
  if (label.set == nullptr || HoldsSet(label.bits)) return;
  if (!Fits(*state_, reserved_ + SetDetails(label.set->size()))) return;
  for (size_t i = 0; i < label.set->size(); i += kClassesInDetail) {
    PackSet(*label.set, i, AddDetail(of, RecordKind::kLabelDetail));
  }
}

void Joiner::DropLabelSets() {
  std::erase_if(chain_, [this](uint32_t r) {
    const Record& detail = state_->table().at(r);
    if (detail.kind() != RecordKind::kLabelDetail) return false;
    Ledger* ledger = state_->owner(detail.owner).ledger;
    if (detail.joined) {
      ledger->AddJoinedDetails(detail.age, -1);
    } else {
      ledger->AddWaitingDetails(detail.age, -1);
    }
    state_->table().Remove(r);
    return true;
  });
}

}  // namespace plumbline
