// Doer: carries out the plan of an event.

#pragma once

#include <cstddef>
#include <cstdint>

#include "core/event/event.h"
#include "core/join/batch_names.h"
#include "core/join/chain.h"
#include "core/join/count_unlabelled.h"
#include "core/join/past_labels.h"
#include "core/join/plan.h"
#include "core/join/report_writer.h"
#include "core/join/reservation.h"
#include "core/join/scored_pair.h"
#include "core/model/state.h"
#include "core/pairs/class_set.h"

namespace plumbline {

// [Writer]
class Doer {
 public:
  // `names` and `reservation` belong to the current batch, `chain` to its
  // current event. `report` gets the results.
  Doer(State* state, BatchNames* names, Chain* chain, Reservation* reservation,
       ReportWriter* report)
      : state_(state),
        names_(*names),
        chain_(*chain),
        reservation_(*reservation),
        report_(*report) {}

  // Starts a batch. It must outlive its plans.
  void Begin(const EventBatch& batch) {
    batch_ = &batch;
    unlabelled_.Begin(batch);
  }
  // REQUIRES: the state and the chain are the ones that the plan was decided
  // with. Adds to the plan what it creates for the event: model, version,
  // classes.
  void Do(Plan* plan);

 private:
  // A label that arrives at a waiting prediction.
  struct Arrival {
    LabelValue label;
    int64_t time_us = 0;
    bool has_delay = false;  // it came in another event than the prediction
  };
  // The effect of a correction.
  struct Replacement {
    LabelValue from;
    LabelValue to;
    int64_t time_us = 0;
  };

  // doer_build.cc: creates what the event needs and the state lacks.
  void Build(Plan* plan);
  void AddModel(Plan* plan);
  void AddVersion(Plan* plan);
  void RetireVersions(const Plan& plan);
  void AddSlices(Plan* plan);
  void AddScores(const Plan& plan);
  void SettleClasses(Plan* plan);
  void SettleClass(Model* model, PlannedValue* value);
  void SettleScores(const Plan& plan);
  ClassSet SettleSet(Model* model, PlannedValue* value);

  void CountHalves(const Plan& plan);
  void DoUnjoinable(const Plan& plan);
  void DoPrediction(const Plan& plan);
  void DoLabelHalf(const Plan& plan);
  void MarkChain(size_t changed_before);

  Record* AddPredictionRecord(const Plan& plan);
  void JoinStanding(const Plan& plan, Record* record);
  void CountPrediction(const Plan& plan);
  void Complete(Model* model, Version* version, Record* record,
                const Arrival& arrival);
  void CountCompleted(const ScoredPair& pair);
  void Detect(const ScoredPair& pair);

  // doer_labels.cc
  void DoLabel(const Plan& plan);
  void DoCorrection(const Plan& plan);
  int64_t CorrectionTimeUs(const Plan& plan) const;
  void Correct(Model* model, Record* record, const Replacement& change);
  void MoveLabelTime(const Plan& plan);
  void AddLabelRecord(const Plan& plan, bool joined);
  void JoinLabelRecord(Model* model, Record* label);
  void KeepLabelSet(const Record& of, const LabelValue& label);

  LabelValue LabelOf(const Plan& plan) const {
    return {plan.label.bits,
            plan.task == Task::kMultilabel ? &label_set_ : nullptr};
  }
  int64_t now_ms() const { return state_->now_ms(); }

  State* const state_;
  BatchNames& names_;
  Chain& chain_;
  Reservation& reservation_;
  ReportWriter& report_;
  PastLabels past_labels_{state_, &chain_, &reservation_};
  UnlabelledCounter unlabelled_{state_, &names_};
  const EventBatch* batch_ = nullptr;
  PairDetails details_;  // of the current prediction
  ClassSet label_set_;   // of the current label
};

}  // namespace plumbline
