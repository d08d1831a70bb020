// Joiner: what an event does. The rules of the join, in one place.
//
// Key: model and id. A prediction waits for its label up to the horizon; a
// label that comes first waits too. One label scores the prediction of every
// version. The same label again changes nothing; another one that is newer is
// a correction, and moves the pair of every version to its new cell. Of labels
// with timestamps the latest stands, in whatever order they come, and of two of
// one time the greater value.
//
// An event is decided before anything is changed: Plan() finds what each half
// would do and whether limits allow it; only then is it done. So a rejected
// event, and a duplicate, leave no model, version or class behind.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/event/event.h"
#include "core/join/batch_names.h"
#include "core/join/batch_outcome.h"
#include "core/join/chain.h"
#include "core/join/eviction.h"
#include "core/model/state.h"
#include "core/settings/class_text.h"

namespace plumbline {

class Joiner {
 public:
  explicit Joiner(State* state) : state_(state) {}

  // Applies a batch at state->now_ms().
  void Apply(const EventBatch& batch, BatchOutcome* outcome);

 private:
  static constexpr size_t kLongestClass = 128;  // bytes
  // Other values that are remembered of one label. Beyond them a label without
  // a timestamp corrects nothing: each event walks the chain they are in.
  static constexpr size_t kPastLabels = 64;

  // A class, a set of them, or a number, as the model's task reads it.
  struct Value {
    uint64_t bits = 0;    // as a record has it
    bool is_new = false;  // a class the model has not had: `text`, or in `set`
    char digits[kLongestClass + 1];
    std::string_view text;
    Range set;  // of the batch's classes
  };

  // kOlder: a duplicate whose value is remembered among the past ones, as if it
  // had come in time.
  enum class Half : uint8_t { kNothing, kDuplicate, kOlder, kNew, kCorrection };

  struct Plan {
    const Event* event = nullptr;
    Model* model = nullptr;
    Version* version = nullptr;
    PairKey key;
    Half prediction_half = Half::kNothing;
    Half label_half = Half::kNothing;
    Value prediction;
    Value label;
    Task task = Task::kClassification;
    const Record* standing = nullptr;  // holds the label that stands
    bool moves_time = false;           // the label has the same value, later
    bool drops_older = false;          // its value may not be remembered
    bool retires = false;              // other versions make room for its own
    // Of a new prediction:
    const Extra* extra = nullptr;
    double score = -1;
    uint32_t details = 0;  // records that its scores, or classes, take
    // Of scores that neither value names, or of sets.
    uint32_t new_classes = 0;
    bool label_adds_class = false;  // one of a set
    uint32_t slices = Slicing::kNoSet;
    bool adds_slices = false;   // the set is found once they are there
    bool segments_fit = false;  // those that are new have room
    bool adds_classes = false;
    uint8_t warnings = 0;  // a bit for each
    bool decides_task = false;
    bool is_early = false;  // a label that leaves the task open
  };

  bool Admit(const EventBatch& batch);
  int64_t CountFresh(const EventBatch& batch);
  // `place` is the event's in its batch.
  Reject ApplyEvent(const EventBatch& batch, size_t place, bool* duplicate,
                    BatchOutcome::Part* part);

  // Looking up
  void FindKeys(const EventBatch& batch);
  // Of the events from `begin` on: first their places in the index, a block
  // later their records.
  void PrefetchIndex(size_t begin, size_t end) const;
  void PrefetchRecords(size_t begin, size_t end) const;
  int64_t RecordsNeeded(const Plan& plan) const;
  bool CanFit(int64_t needed) const;
  bool KeepsSet(const Plan& plan) const;
  bool WouldWait(const Plan& plan) const;
  bool LacksRoom(const EventBatch& batch, const Plan& plan,
                 int64_t needed) const;
  void ChangedChain(size_t before);
  // True if there is room for one more that the batch did not ask for.
  bool HasSpareRoom() const { return Fits(*state_, reserved_ + 1); }

  // Deciding
  Reject PlanEvent(const EventBatch& batch, size_t place, Plan* plan,
                   BatchOutcome::Part* part);
  Reject PlanLabel(const EventBatch& batch, Plan* plan);
  void PlanUnsettled(const EventBatch& batch, Plan* plan);
  void ReadEarlyLabels(const Plan& plan);
  Reject ReadEarly(const EventBatch& batch, const Plan& plan,
                   Value* value) const;
  void KeepEarly(const Plan& plan);
  Reject PlanExtra(const EventBatch& batch, Plan* plan,
                   BatchOutcome::Part* part);
  Half AnotherLabel(const EventBatch& batch, Plan* plan);
  bool IsGreater(const EventBatch& batch, const Plan& plan);
  std::vector<std::string_view> TextsOf(const EventBatch& batch,
                                        const Plan& plan);
  static bool AddsLabel(const Plan& plan) {
    return plan.label_half >= Half::kOlder;
  }
  Reject PlanScores(const EventBatch& batch, Plan* plan);
  bool WillHavePositive(const EventBatch& batch, const Plan& plan) const;
  static void Warn(Warning warning, Plan* plan) {
    plan->warnings |= static_cast<uint8_t>(1U << static_cast<uint8_t>(warning));
  }
  BatchOutcome::Error RejectionOf(const EventBatch& batch, size_t place,
                                  Reject reject, BatchOutcome::Part part);
  Reject PlanSets(const EventBatch& batch, Plan* plan,
                  BatchOutcome::Part* part);
  bool IsRefused(const EventBatch& batch, const Plan& plan, uint32_t name);
  bool MayUnite(const EventBatch& batch, const Plan& plan) const;
  static bool NamesClassTwice(std::vector<std::string_view> names);
  const ModelSettings& RuleOf(const Model& model) const;
  bool IsScored(const EventBatch& batch, const Plan& plan,
                std::string_view text) const;
  void PlanSlices(const EventBatch& batch, Plan* plan);
  Reject Read(const EventBatch& batch, const Plan& plan, ValueKind kind,
              uint64_t raw, Value* value);
  void ReadSet(const EventBatch& batch, Model* model, Range range,
               Value* value);
  static bool WriteDigits(ValueKind kind, uint64_t raw, Value* value);
  Reject CheckLimits(const EventBatch& batch, Plan* plan,
                     BatchOutcome::Part* part) const;
  bool CheckMemory(const EventBatch& batch, const WindowShape& shape,
                   Plan* plan) const;
  std::vector<Slicing::Labels> SegmentsOf(const EventBatch& batch,
                                          const Plan& plan, bool fit) const;
  size_t NewSlices(const EventBatch& batch, const Plan& plan, bool fit) const;

  // Doing
  void Build(const EventBatch& batch, Plan* plan);
  void RetireVersions(const Plan& plan);
  void CountPrediction(const Plan& plan, Version* version);
  void Watch(const Plan& plan, Version* version, int64_t place_ms);
  void CountScores(const Plan& plan, Version* version, int64_t place_ms);
  void ReadFeatures(const Plan& plan);
  double WatchedScore(const Plan& plan) const;
  void SettleScores(const EventBatch& batch, const Plan& plan);
  ClassSet SettleSet(const EventBatch& batch, Model* model, Value* value);
  static Observation ObservationOf(Model* model, const Record& pair,
                                   const LabelValue& label,
                                   const PairDetails& details);
  void Detect(Model* model, Version* version, const Record& pair,
              const LabelValue& label, const PairDetails& details);
  void CountCompleted(Model* model, Version* version, const Record& pair,
                      const LabelValue& label, const PairDetails& details);
  bool IsNoted() const {
    return outcome_->account != nullptr && outcome_->account->Wants(place_);
  }
  void NoteWarnings(const Plan& plan);
  void NoteTaken(const Plan& plan);
  void NotePair(const Model& model, const Version& version, const Record& pair,
                const LabelValue& label, const PairDetails& details,
                std::optional<double> delay, bool correction);

  // Where there is room: else the label cannot be corrected.
  void KeepLabelSet(const Record& of, const LabelValue& label);
  void DoUnjoinable(const Plan& plan);
  void DoPrediction(const Plan& plan);
  void DoLabel(const Plan& plan);
  void DoCorrection(const Plan& plan);
  void MoveLabelTime(const Plan& plan);
  void KeepPastLabel(Model* model, const PairKey& key, uint64_t bits);
  void CountPastLabel(Model* model, uint32_t owner, uint32_t age, Record* past);
  void RehomePastLabels(Model* model, const Record& pair);
  void Complete(Model* model, Version* version, Record* record,
                const LabelValue& label, int64_t label_time_us,
                bool delay_counts);
  // As classes are now.
  static uint64_t StandingLabel(const Plan& plan) {
    const uint64_t label = plan.standing->label();
    return plan.task == Task::kClassification
               ? plan.model->Representative(label)
               : label;
  }
  LabelValue LabelOf(const Plan& plan) const {
    return {plan.label.bits,
            plan.task == Task::kMultilabel ? &label_set_ : nullptr};
  }
  void AddLabelRecord(const Plan& plan, bool joined);
  void MarkLabelJoined(Model* model, Record* label);

  int64_t LabelTime(const Event& event) const;
  int64_t PredictionTime(const Event& event) const;
  int64_t now_ms() const { return state_->now_ms(); }
  int64_t now_us() const { return state_->now_ms() * 1000; }

  State* const state_;
  BatchNames names_{state_};
  struct Key {
    PairKey key;
    bool known = false;  // has an id, and its model was there before the batch
  };
  std::vector<Key> keys_;  // by place
  Chain chain_{state_};    // of the event at hand
  PairDetails details_;    // of its prediction
  ClassSet label_set_;     // of its label
  Extra without_scores_;   // of its prediction, where they are left out
  // Under the policy to refuse: how many records each event may need, and how
  // many of those are still to come.
  const EventBatch* batch_ = nullptr;  // that is applied
  BatchOutcome* outcome_ = nullptr;    // of it
  WatchedPrediction watched_;          // scratch
  std::vector<SectionCell> cells_;     // scratch
  uint32_t place_ = 0;                 // of the event that is applied
  std::vector<uint32_t> fresh_;
  int64_t reserved_ = 0;
};

}  // namespace plumbline
