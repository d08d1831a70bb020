// Labels that come before anything has decided the task of their model: 1.0 may
// be a class or a value. They wait as places in a list of the model, and are
// read as what they are once the task is decided.

#include <algorithm>
#include <bit>

#include "core/join/joiner.h"
#include "core/model/task_rule.h"

namespace plumbline {
namespace {

// The place of a value among the early labels: the next one if it is new.
uint64_t PlaceOf(const Model& model, uint64_t bits) {
  const auto value = std::bit_cast<double>(bits) + 0.0;  // one kind of zero
  const auto& known = model.early_labels;
  return static_cast<uint64_t>(
      std::find(known.begin(), known.end(), std::bit_cast<uint64_t>(value)) -
      known.begin());
}

}  // namespace

void Joiner::PlanUnsettled(const EventBatch& batch, Plan* plan) {
  const Model& model = *plan->model;
  if (!model.IsTaskOpen()) return ReadEarlyLabels(*plan);
  const Event& event = *plan->event;
  // With more values than a model may have classes it is a regression.
  const auto most = static_cast<size_t>(state_->settings().classes);
  plan->is_early = LeavesTaskOpen(event) && PlaceOf(model, event.label) < most;
  if (plan->is_early) return;
  plan->decides_task = true;
  plan->task = TaskTakenFrom(batch, event, RuleOf(model));
  chain_.Clear();  // it is planned again once labels of the chain can be read
}

// Of the chain.
void Joiner::ReadEarlyLabels(const Plan& plan) {
  for (const uint32_t r : chain_) {
    Record& record = state_->table().at(r);
    if (record.kind() != RecordKind::kLabel &&
        record.kind() != RecordKind::kPastLabel) {
      continue;
    }
    if (!record.is_early()) continue;
    state_->unsaved_pairs().BeforeChange(plan.key);
    record.set_label(plan.model->early_labels[record.label()]);
    record.set_early(false);
    chain_.MarkDirty(r);
  }
}

// Has the place of a value instead of it.
Reject Joiner::ReadEarly(const EventBatch& batch, const Plan& plan,
                         Value* value) const {
  const ModelSettings& rule =
      state_->settings().For(batch.names[plan.event->model]);
  const std::string text = WholeText(std::bit_cast<double>(value->bits));
  if (!rule.classes.empty() &&
      std::find(rule.classes.begin(), rule.classes.end(), rule.ClassOf(text)) ==
          rule.classes.end()) {
    return Reject::kUnknownClass;
  }
  value->bits = plan.model == nullptr ? 0 : PlaceOf(*plan.model, value->bits);
  return Reject::kNone;
}

void Joiner::KeepEarly(const Plan& plan) {
  auto& known = plan.model->early_labels;
  if (plan.label.bits < known.size()) return;
  const auto value = std::bit_cast<double>(plan.event->label) + 0.0;
  known.push_back(std::bit_cast<uint64_t>(value));
}

}  // namespace plumbline
