// What an event would do, and whether the limits allow it.

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "core/join/joiner.h"
#include "core/join/record_counts.h"
#include "core/model/task_rule.h"

namespace plumbline {
namespace {

double NumberOf(ValueKind kind, uint64_t raw) {
  if (kind == ValueKind::kInteger) {
    return static_cast<double>(static_cast<int64_t>(raw));
  }
  return kind == ValueKind::kUnsigned ? static_cast<double>(raw)
                                      : std::bit_cast<double>(raw);
}

}  // namespace

Reject Joiner::PlanEvent(const EventBatch& batch, size_t place, Plan* plan,
                         BatchOutcome::Part* part) {
  const Event& event = *plan->event;
  plan->model = names_.ModelOf(event);
  chain_.Clear();
  if (plan->model != nullptr) {
    plan->task = plan->model->task;
    if (event.prediction_kind != ValueKind::kNone) {
      plan->version = names_.VersionOf(event, *plan->model);
    }
    if (event.has_id) {
      if (keys_[place].known) {
        plan->key = keys_[place].key;
      } else {
        names_.KeyOf(event, &plan->key);
      }
      chain_.Load(*plan->model, plan->key);
    }
    if (!plan->model->is_settled) PlanUnsettled(batch, plan);
  } else {
    const ModelSettings& rule =
        state_->settings().For(batch.names[event.model]);
    plan->task = rule.task.value_or(TaskTakenFrom(batch, event, rule));
    plan->is_early = !rule.task && LeavesTaskOpen(event);
  }
  for (const uint32_t r : chain_) {
    const Record& record = state_->table().at(r);
    if (record.holds_label()) plan->standing = &record;
  }

  if (event.prediction_kind != ValueKind::kNone) {
    const bool known =
        plan->version != nullptr && chain_.HasPrediction(plan->version->owner);
    plan->prediction_half = known ? Half::kDuplicate : Half::kNew;
    if (!known) {
      const Reject reject = Read(batch, *plan, event.prediction_kind,
                                 event.prediction, &plan->prediction);
      if (reject != Reject::kNone) return reject;
      plan->details = DetailCount(batch, event);
      if (event.extra != kNoExtra) {
        const Reject of_extra = PlanExtra(batch, plan, part);
        if (of_extra != Reject::kNone) return of_extra;
      }
    }
  }
  if (event.label_kind != ValueKind::kNone) {
    const Reject reject = PlanLabel(batch, plan);
    if (reject != Reject::kNone) {
      *part = BatchOutcome::Part::kLabel;
      return reject;
    }
  }
  Reject reject = Reject::kNone;
  if (plan->task == Task::kMultilabel) {
    reject = PlanSets(batch, plan, part);
  }
  if (reject == Reject::kNone) reject = CheckLimits(batch, plan, part);
  if (reject == Reject::kNone || plan->label_half != Half::kOlder) {
    return reject;
  }
  // The same without what is remembered of a duplicate.
  *plan = Plan{};
  plan->event = &event;
  plan->extra = &batch.ExtraOf(event);
  plan->drops_older = true;
  *part = BatchOutcome::Part::kPrediction;
  return PlanEvent(batch, place, plan, part);
}

// What comes with a new prediction.
Reject Joiner::PlanExtra(const EventBatch& batch, Plan* plan,
                         BatchOutcome::Part* part) {
  plan->score = plan->extra->score;
  const bool has_scores = plan->extra->scores.count > 0;
  if ((plan->score >= 0 || has_scores) && plan->task != Task::kClassification) {
    return Reject::kTaskMismatch;
  }
  if (has_scores) {
    const Reject reject = PlanScores(batch, plan);
    if (reject != Reject::kNone) {
      *part = BatchOutcome::Part::kScores;
      return reject;
    }
  }
  if (plan->extra->segments.count > 0) PlanSlices(batch, plan);
  return Reject::kNone;
}

// Most segments of a batch are among the few it has had already.
void Joiner::PlanSlices(const EventBatch& batch, Plan* plan) {
  if (plan->model == nullptr || plan->version == nullptr) {
    plan->adds_slices = true;
    return;
  }
  const Slicing& slicing = plan->model->slicing;
  if (slicing.empty()) return;
  const Range segments = plan->extra->segments;
  const uint32_t known =
      names_.SlicesOf(*plan->version, *plan->model, segments);
  if (known != BatchNames::kUnknown) {
    plan->slices = known;
    return;
  }
  std::vector<uint32_t> numbers;
  for (const auto& labels : slicing.LabelsOf(batch, segments)) {
    if (labels.empty()) continue;
    const auto* segment = slicing.Find(labels);
    if (segment == nullptr ||
        plan->version->FindSlice(segment->number) == nullptr) {
      plan->adds_slices = true;
      return;
    }
    numbers.push_back(segment->number);
  }
  const auto set = slicing.FindSet(numbers);
  plan->adds_slices = !set;
  plan->slices = set.value_or(Slicing::kNoSet);
  if (set) {
    names_.RememberSlices(*plan->version, *plan->model, segments, *set);
  }
}

Reject Joiner::PlanLabel(const EventBatch& batch, Plan* plan) {
  const Event& event = *plan->event;
  const Reject reject =
      Read(batch, *plan, event.label_kind, event.label, &plan->label);
  if (reject != Reject::kNone) return reject;
  plan->label_half =
      plan->standing == nullptr ? Half::kNew : AnotherLabel(batch, plan);
  return Reject::kNone;
}

// Where there is one that stands.
Joiner::Half Joiner::AnotherLabel(const EventBatch& batch, Plan* plan) {
  if (!state_->settings().correct_labels) return Half::kDuplicate;
  const Value& label = plan->label;
  const bool timed = plan->event->timestamp_us != kNoTimestamp;
  const int64_t time_us = LabelTime(*plan->event);
  const auto standing_us = static_cast<int64_t>(plan->standing->label_time);
  if (!label.is_new &&
      Chain::IsSameLabel(*plan->model, label.bits, plan->standing->label())) {
    plan->moves_time = timed && time_us > standing_us;
    return Half::kDuplicate;
  }
  if (plan->task == Task::kMultilabel && !chain_.StandingSet(*plan->standing)) {
    return Half::kDuplicate;  // what it would correct is not known
  }
  const bool unseen =
      (label.is_new || !chain_.HadLabel(*plan->model, label.bits)) &&
      chain_.PastLabels() < kPastLabels;
  if (!timed) return unseen ? Half::kCorrection : Half::kDuplicate;
  if (time_us > standing_us ||
      (time_us == standing_us && IsGreater(batch, *plan))) {
    return Half::kCorrection;
  }
  return unseen && !plan->drops_older ? Half::kOlder : Half::kDuplicate;
}

// Than the label that stands.
bool Joiner::IsGreater(const EventBatch& batch, const Plan& plan) {
  const Model& model = *plan.model;
  const uint64_t standing = plan.standing->label();
  const auto number = [](uint64_t bits) { return std::bit_cast<double>(bits); };
  if (plan.is_early) {
    // Numbers, as long as nobody knows if they are classes.
    return number(plan.event->label) > number(model.early_labels[standing]);
  }
  if (plan.task == Task::kRegression) {
    return number(plan.label.bits) > number(standing);
  }
  ClassSet set = {static_cast<uint32_t>(standing)};
  if (plan.task == Task::kMultilabel) {
    set = chain_.StandingSet(*plan.standing).value_or(ClassSet());
  }
  std::vector<std::string_view> texts;
  for (const uint32_t index : RepresentativesOf(model, std::move(set))) {
    texts.push_back(*model.classes.Get()[index]);
  }
  std::sort(texts.begin(), texts.end());
  return TextsOf(batch, plan) > texts;
}

// The classes of the event's label, in the spelling of the model, sorted.
std::vector<std::string_view> Joiner::TextsOf(const EventBatch& batch,
                                              const Plan& plan) {
  const auto& classes = plan.model->classes.Get();
  if (plan.task == Task::kClassification) {
    if (plan.label.is_new) return {plan.label.text};
    return {*classes[plan.label.bits]};
  }
  std::vector<std::string_view> texts;
  for (uint32_t i = 0; i < plan.label.set.count; ++i) {
    const uint32_t name = batch.classes[plan.label.set.begin + i];
    const uint32_t index = names_.ClassOf(plan.model, name);
    texts.push_back(index == kNoClass ? names_.NewClass(*plan.event, name)
                                      : *classes[index]);
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

// Reads a value as the task asks.
Reject Joiner::Read(const EventBatch& batch, const Plan& plan, ValueKind kind,
                    uint64_t raw, Value* value) {
  if (plan.task == Task::kRegression) {
    if (kind == ValueKind::kText || kind == ValueKind::kSet) {
      return Reject::kTaskMismatch;
    }
    const double number = NumberOf(kind, raw);
    value->bits = std::bit_cast<uint64_t>(number + 0.0);  // one kind of zero
    return plan.is_early ? ReadEarly(batch, plan, value) : Reject::kNone;
  }
  if ((kind == ValueKind::kSet) != (plan.task == Task::kMultilabel)) {
    return Reject::kTaskMismatch;
  }
  if (kind == ValueKind::kSet) {
    ReadSet(batch, plan.model, Range::Of(raw), value);
    return Reject::kNone;
  }
  uint32_t index = kNoClass;
  if (kind == ValueKind::kText) {
    index = names_.ClassOf(plan.model, static_cast<uint32_t>(raw));
    if (index == kNoClass) {
      value->text = names_.NewClass(*plan.event, static_cast<uint32_t>(raw));
    }
  } else {
    if (kind == ValueKind::kReal && !IsWhole(std::bit_cast<double>(raw))) {
      return Reject::kTaskMismatch;
    }
    // Small integers are found without their digits.
    if (kind == ValueKind::kInteger && plan.model != nullptr) {
      index = plan.model->FindSmallInteger(static_cast<int64_t>(raw));
    }
    if (index == kNoClass) {
      if (!WriteDigits(kind, raw, value)) return Reject::kTooLong;
      if (plan.model != nullptr) index = plan.model->FindClass(value->text);
    }
    if (index == kNoClass) {
      value->text = state_->settings()
                        .For(batch.names[plan.event->model])
                        .ClassOf(value->text);
      if (plan.model != nullptr) index = plan.model->FindClass(value->text);
    }
  }
  value->is_new = index == kNoClass;
  value->bits = index;
  return Reject::kNone;
}

Reject Joiner::CheckLimits(const EventBatch& batch, Plan* planned,
                           BatchOutcome::Part* part) const {
  Plan& plan = *planned;
  const Event& event = *plan.event;
  const Settings& settings = state_->settings();
  const bool predicts = plan.prediction_half == Half::kNew;
  const bool labels = AddsLabel(plan);
  if (!predicts && !labels) return Reject::kNone;

  const bool classifies = plan.task == Task::kClassification;
  const bool new_version = predicts && plan.version == nullptr;
  const bool new_prediction = classifies && predicts && plan.prediction.is_new;
  const bool new_label =
      classifies && labels && plan.label.is_new &&
      !(new_prediction && IsSameClass(plan.label.text, plan.prediction.text)) &&
      !(plan.new_classes > 0 && IsScored(batch, plan, plan.label.text));
  const uint32_t new_classes =
      uint32_t{new_prediction} + uint32_t{new_label} + plan.new_classes;

  plan.adds_classes = new_classes > 0;
  if (plan.score >= 0 && !WillHavePositive(batch, plan)) {
    plan.score = -1;
    Warn(Warning::kNoPositiveClass, planned);
  }
  if (plan.model != nullptr && !plan.model->refused.empty() && classifies) {
    if (predicts && plan.model->Refuses(plan.prediction.bits)) {
      return Reject::kUnknownClass;
    }
    if (labels && plan.model->Refuses(plan.label.bits)) {
      *part = BatchOutcome::Part::kLabel;
      return Reject::kUnknownClass;
    }
  }
  const bool new_class_scores =
      plan.extra->scores.count > 0 && predicts &&
      (plan.model == nullptr || !plan.model->class_scored);
  const bool new_score =
      new_class_scores ||
      (plan.score >= 0 && (plan.model == nullptr || !plan.model->scored));
  if (plan.model != nullptr && !new_version && new_classes == 0 &&
      !plan.adds_slices && !new_score) {
    return Reject::kNone;
  }

  const std::string_view name = batch.names[event.model];
  const ModelSettings& rule = settings.For(name);
  const auto refused = [&rule](const Value& value) {
    return !rule.classes.empty() &&
           std::find(rule.classes.begin(), rule.classes.end(), value.text) ==
               rule.classes.end();
  };
  const size_t versions =
      plan.model == nullptr ? 0 : plan.model->versions.Get().size();
  // A new model has the configured classes, and then no others.
  const bool has_configured = plan.model == nullptr && !rule.classes.empty() &&
                              plan.task != Task::kRegression;
  const auto classes =
      plan.model != nullptr
          ? plan.model->class_count() + new_classes
          : std::max(new_classes,
                     has_configured ? static_cast<uint32_t>(rule.classes.size())
                                    : 0);

  if (plan.model == nullptr &&
      static_cast<int64_t>(state_->models().Get().size()) >= settings.models) {
    return Reject::kModelLimit;
  }
  std::vector<Version*> retiring;
  if (new_version &&
      static_cast<int64_t>(versions) >= settings.versions_per_model) {
    if (settings.retire_oldest_version) {
      retiring = state_->VersionsInTheWay(*plan.model);
    }
    if (retiring.empty()) return Reject::kVersionLimit;
    planned->retires = true;
  }
  if (new_prediction && refused(plan.prediction)) return Reject::kUnknownClass;
  if (new_label || plan.label_adds_class) *part = BatchOutcome::Part::kLabel;
  if (new_label && refused(plan.label)) return Reject::kUnknownClass;
  if (new_classes > 0 && classes > settings.classes) {
    return Reject::kClassLimit;
  }
  WindowShape shape;
  if (plan.model != nullptr) shape = ShapeOf(*plan.model, retiring);
  shape.task = plan.task;
  shape.versions += new_version;
  shape.classes = classes;
  shape.scored = shape.scored || new_score;
  shape.class_scored = shape.class_scored || new_class_scores;
  if (CheckMemory(batch, shape, planned)) return Reject::kNone;
  *part = BatchOutcome::Part::kPrediction;  // windows are of no label
  return Reject::kMemoryLimit;
}

// With a segment that is new, or with the one that stands for it.
bool Joiner::CheckMemory(const EventBatch& batch, const WindowShape& shape,
                         Plan* plan) const {
  const std::string_view name = batch.names[plan->event->model];
  const int64_t charged =
      plan->model == nullptr ? 0 : plan->model->window_bytes;
  const auto fits = [&](size_t slices) {
    WindowShape wanted = shape;
    wanted.slices += slices;
    wanted.sets += plan->adds_slices;
    return state_->window_bytes() - charged +
               WindowBytes(state_->settings(), name, wanted) <=
           state_->settings().window_bytes;
  };
  if (!plan->adds_slices) return fits(0);
  plan->segments_fit = fits(NewSlices(batch, *plan, true));
  return plan->segments_fit || fits(NewSlices(batch, *plan, false));
}

// The segments of an event whose slices are to be added. `fit`: new ones may
// be.
std::vector<Slicing::Labels> Joiner::SegmentsOf(const EventBatch& batch,
                                                const Plan& plan,
                                                bool fit) const {
  const Settings& settings = state_->settings();
  Slicing fresh;
  if (plan.model == nullptr) {
    fresh.Configure(settings.For(batch.names[plan.event->model]).slices, 0);
  }
  const Slicing& slicing = plan.model == nullptr ? fresh : plan.model->slicing;
  std::vector<Slicing::Labels> segments;
  int64_t most = settings.segments_per_model;
  for (const auto& labels : slicing.LabelsOf(batch, plan.extra->segments)) {
    if (labels.empty()) continue;
    segments.push_back(slicing.Admitted(labels, most, fit));
    // One that is added takes a place from the next.
    if (segments.back() == labels && slicing.Find(labels) == nullptr) --most;
  }
  return segments;
}

size_t Joiner::NewSlices(const EventBatch& batch, const Plan& plan,
                         bool fit) const {
  size_t count = 0;
  for (const auto& labels : SegmentsOf(batch, plan, fit)) {
    // Those of others have their room.
    if (Slicing::IsOther(labels)) continue;
    const auto* segment =
        plan.model == nullptr ? nullptr : plan.model->slicing.Find(labels);
    count += segment == nullptr || plan.version == nullptr ||
             plan.version->FindSlice(segment->number) == nullptr;
  }
  return count;
}

}  // namespace plumbline
