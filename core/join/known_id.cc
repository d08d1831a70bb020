#include "core/join/known_id.h"

#include <algorithm>
#include <bit>

#include "core/join/sound_record.h"
#include "core/model/model.h"
#include "core/model/state.h"
#include "core/pairs/class_set.h"

namespace plumbline {
namespace {

class Reader {
 public:
  Reader(State* state, const Model& model, std::span<const Record> chain)
      : state_(state), model_(model) {
    for (const Record& record : chain) {
      if (state->HasOwner(record.owner) && state->Alive(record) &&
          state->owner(record.owner).model == &model &&
          IsSound(*state, record)) {
        chain_.push_back(record);
      }
    }
  }

  KnownId Read() const {
    KnownId known;
    for (const Record& record : chain_) {
      if (record.kind() == RecordKind::kPrediction) {
        AddPrediction(record, &known);
      } else if (record.kind() == RecordKind::kLabel) {
        AddLabel(record, &known);
      } else if (record.kind() == RecordKind::kPastLabel) {
        known.past_labels.push_back(ValueOf(record, LabelOf(record), {}));
      }
    }
    std::sort(
        known.predictions.begin(), known.predictions.end(),
        [](const auto& a, const auto& b) { return a.version < b.version; });
    return known;
  }

 private:
  void AddPrediction(const Record& record, KnownId* known) const {
    if (record.joined) AddLabel(record, known);
    const Version* version = state_->owner(record.owner).version;
    if (version == nullptr) return;  // deleted: only its label is remembered
    KnownPrediction& prediction = known->predictions.emplace_back();
    prediction.version = version->name;
    prediction.value =
        ValueOf(record, record.prediction(), RecordKind::kDetail);
    if (record.scored) prediction.score = record.score();
    if (model_.task == Task::kClassification) {
      prediction.scores = ScoresOf(record);
    }
    prediction.waits = !record.joined;
    const AgeBuckets& ages = state_->prediction_ages();
    prediction.expires_ms = ages.ExpiryOf(record.age);
    const int64_t end_ms = ages.EndOf(record.age);
    const int64_t length_ms =
        state_->settings().horizon_ms / AgeBuckets::kBucketsPerHorizon;
    prediction.received_from_ms = end_ms - length_ms;
    prediction.received_to_ms = std::min(end_ms, state_->now_ms());
    if (prediction.waits) {
      prediction.received_from_ms = static_cast<int64_t>(record.label_time);
      prediction.received_to_ms = prediction.received_from_ms;
    }
  }

  // All records that hold the label hold the same value. The label is
  // remembered as long as any of them.
  void AddLabel(const Record& record, KnownId* known) const {
    const AgeBuckets& ages = record.kind() == RecordKind::kLabel
                                 ? state_->label_ages()
                                 : state_->prediction_ages();
    const int64_t expires_ms = ages.ExpiryOf(record.age);
    const KnownValue value =
        ValueOf(record, LabelOf(record), RecordKind::kLabelDetail);
    if (!known->label) {
      known->label =
          KnownLabel{.value = value,
                     .time_us = static_cast<int64_t>(record.label_time),
                     .waits = !record.joined,
                     .expires_ms = expires_ms};
      return;
    }
    KnownLabel& label = *known->label;
    if (std::holds_alternative<std::monostate>(label.value)) {
      label.value = value;
    }
    label.waits = label.waits && !record.joined;
    label.expires_ms = std::max(label.expires_ms, expires_ms);
  }

  // An early label is an index into a list of the model.
  uint64_t LabelOf(const Record& record) const {
    const uint64_t label = record.label();
    return record.is_early() && label < model_.early_labels.size()
               ? model_.early_labels[label]
               : label;
  }

  std::string ClassOf(uint64_t index) const {
    const auto& classes = model_.classes.Get();
    return index < classes.size() ? *classes[model_.Representative(index)] : "";
  }

  // `details`: the kind of the detail records that hold a larger set.
  KnownValue ValueOf(const Record& record, uint64_t bits,
                     std::optional<RecordKind> details) const {
    if (model_.task == Task::kRegression) return std::bit_cast<double>(bits);
    if (model_.task == Task::kClassification) return ClassOf(bits);
    ClassSet set;
    if (HoldsSet(bits)) {
      set = SetOfValue(bits);
    } else {
      for (const Record& detail : chain_) {
        if (detail.kind() == details && detail.owner == record.owner) {
          UnpackSet(detail, &set);
        }
      }
      if (set.empty()) return {};
    }
    std::vector<std::string> names;
    for (const uint32_t index : set) names.push_back(ClassOf(index));
    std::sort(names.begin(), names.end());
    // An alias may have merged two spellings into one class.
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

  std::vector<std::pair<std::string, double>> ScoresOf(
      const Record& record) const {
    std::vector<std::pair<std::string, double>> scores;
    for (const Record& detail : chain_) {
      if (detail.kind() != RecordKind::kDetail ||
          detail.owner != record.owner) {
        continue;
      }
      for (const uint64_t packed : {detail.first, detail.second}) {
        if (packed == kNoScore) continue;
        scores.emplace_back(ClassOf(ClassOfPacked(packed)),
                            ScoreOfPacked(packed));
      }
    }
    std::sort(scores.begin(), scores.end());
    return scores;
  }

  State* const state_;
  const Model& model_;
  std::vector<Record> chain_;  // live records only
};

}  // namespace

KnownId ReadKnownId(State* state, const Model& model,
                    std::span<const Record> chain) {
  return Reader(state, model, chain).Read();
}

}  // namespace plumbline
