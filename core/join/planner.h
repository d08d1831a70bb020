// Planner: decides what an event does. It changes nothing.
//
// The rules of the contract ("What an event does"), in its order, and the
// function that decides each:
//
//    Accepted, duplicate, rejected  Decide(); Plan::IsDuplicate()
//    Prediction                     PlanPrediction()
//    Label                          PlanLabel()
//    Another label for the same id  AnotherLabel()
//    Both halves in one event       both in one plan, the prediction first
//    The bound                      Reservation, from the records a plan needs
//    Task                           ReadTask(), first: it says how to read
//                                   values
//    Classes                        ReadClass(), PlanScores(), PlanSets()
//    Positive class                 PlanScore()
//    Time                           event_time.h
//    Limits                         CheckLimits()
//    Slices                         PlanSlices()

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/event/event.h"
#include "core/join/batch_names.h"
#include "core/join/chain.h"
#include "core/join/plan.h"
#include "core/model/state.h"
#include "core/model/window_memory.h"
#include "core/settings/settings.h"

namespace plumbline {

// [Writer]
class Planner {
 public:
  // Limit of past values remembered for one label, as each event walks its
  // chain. At the limit a label without a timestamp corrects nothing.
  static constexpr size_t kPastLabels = 64;

  // `names` belongs to the current batch and caches look-ups. `chain` belongs
  // to the current event.
  Planner(const State* state, BatchNames* names, const Chain* chain)
      : state_(*state), names_(*names), chain_(*chain) {}

  // Starts a batch. It must outlive its plans.
  void Begin(const EventBatch& batch) { batch_ = &batch; }

  // Sets how the event is read. REQUIRES: `subject` has its model.
  void ReadTask(Subject* subject) const {
    if (subject->model != nullptr && subject->model->is_settled) {
      subject->task = subject->model->task;
    } else {
      TakeTask(subject);
    }
  }
  // REQUIRES: the subject is looked up and its chain is loaded.
  PlanResult Decide(const Subject& subject) const;

 private:
  // What a plan adds to the structure of its model.
  struct Growth {
    bool version = false;
    bool predicted_class = false;  // the prediction names a new class
    bool label_class = false;      // only the label names a new class
    uint32_t classes = 0;          // new classes in all
    bool scores = false;           // the first score of the model
    bool class_scores = false;     // the first class scores of the model
  };

  void TakeTask(Subject* subject) const;
  // `keeps_older`: remember the values of late labels.
  PlanResult DecideWith(const Subject& subject, bool keeps_older) const;

  Rejection PlanPrediction(Plan* plan) const;
  Rejection PlanExtra(Plan* plan) const;
  Rejection PlanScores(Plan* plan) const;
  void PlanSlices(Plan* plan) const;

  Rejection PlanLabel(bool keeps_older, Plan* plan) const;
  Half AnotherLabel(bool keeps_older, Plan* plan) const;
  bool IsGreater(const Plan& plan) const;
  std::vector<std::string_view> TextsOfLabel(const Plan& plan) const;

  // Values
  Reject Read(const Plan& plan, ValueKind kind, uint64_t raw,
              PlannedValue* value) const;
  Reject ReadNumber(const Plan& plan, ValueKind kind, uint64_t raw,
                    PlannedValue* value) const;
  Reject ReadEarly(const Plan& plan, PlannedValue* value) const;
  Reject ReadClass(const Plan& plan, ValueKind kind, uint64_t raw,
                   PlannedValue* value) const;
  void ReadSet(Model* model, Range range, PlannedValue* value) const;

  // Classes
  Rejection PlanSets(Plan* plan) const;
  Rejection PlanSetOfLabel(Plan* plan) const;
  bool SetNamesClassTwice(const Plan& plan, const PlannedValue& value) const;
  bool ScoresNameClassTwice(const Plan& plan) const;
  bool IsScored(const Plan& plan, std::string_view text) const;
  bool MayUnite(const Plan& plan) const;
  bool IsRefused(const Plan& plan, uint32_t name) const;
  void PlanScore(Plan* plan) const;
  bool WillHavePositive(const Plan& plan) const;

  // Limits
  Rejection CheckLimits(Plan* plan) const;
  Growth GrowthOf(const Plan& plan) const;
  Rejection CheckClasses(const Plan& plan) const;
  Rejection CheckCounts(const Growth& growth, Plan* plan) const;
  Rejection CheckNewClasses(const Growth& growth, const Plan& plan) const;
  bool FitsWindows(const Growth& growth, Plan* plan) const;
  uint32_t ClassesWith(const Growth& growth, const Plan& plan) const;
  WindowShape ShapeWith(const Growth& growth, const Plan& plan) const;

  std::string_view ModelName(const Event& event) const {
    return batch_->names[event.model];
  }
  const ModelSettings& RuleOf(const Event& event) const {
    return state_.settings().For(ModelName(event));
  }

  const State& state_;
  BatchNames& names_;
  const Chain& chain_;
  const EventBatch* batch_ = nullptr;
};

}  // namespace plumbline
