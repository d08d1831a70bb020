#include "daemon/decode/explain.h"

#include <bit>
#include <string>

#include "core/event/timestamp.h"
#include "core/model/task_rule.h"
#include "core/settings/advice.h"

namespace plumbline {
namespace {

std::string Quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string Described(ValueKind kind) {
  switch (kind) {
    case ValueKind::kSet:
      return "a set of classes";
    case ValueKind::kReal:
      return "a number with a fraction or an exponent";
    case ValueKind::kText:
      return "a class";
    default:
      return "an integer";
  }
}

// Tells how to give a model another task.
std::string ToChangeTask(std::string_view model) {
  return "configure its task (models: [{match: " + Quoted(model) +
         ", task: ...}]) and delete the model, which starts anew: " +
         DeleteCommand(model);
}

// True if a model of this task accepts a value of this kind.
bool Takes(Task task, ValueKind kind, uint64_t value) {
  if (task == Task::kMultilabel) return kind == ValueKind::kSet;
  if (kind == ValueKind::kSet) return false;
  if (task == Task::kRegression) return kind != ValueKind::kText;
  return kind != ValueKind::kReal || IsWhole(std::bit_cast<double>(value));
}

using Part = BatchOutcome::Part;

bool IsOfLabel(const BatchOutcome::Error& error) {
  return error.part == Part::kLabel;
}

std::string NameOf(Part part) {
  switch (part) {
    case Part::kLabel:
      return "label";
    case Part::kScores:
      return "scores";
    default:
      return "prediction";
  }
}

// An error of the label is about join.max_bytes; windows belong to neither
// half.
void ExplainMemory(const EventBatch& batch, const BatchOutcome::Error& error,
                   EventError* explained) {
  const Event& event = batch.events[error.event];
  // A later part of a request: its room was taken meanwhile.
  if (IsOfLabel(error) && (event.prediction_kind != ValueKind::kNone ||
                           event.label_kind != ValueKind::kSet)) {
    explained->field = "id";
    explained->message =
        "as much is remembered as join.max_bytes allows since parts of this "
        "request were taken";
    return;
  }
  if (IsOfLabel(error)) {
    explained->message =
        "label waits for its prediction, and the classes of its set would need "
        "more than join.max_bytes allows";
    return;
  }
  explained->field = "model";
  explained->message =
      "its windows would need more than limits.window_bytes allows";
}

void ExplainMismatch(const EventBatch& batch, const BatchOutcome::Error& error,
                     EventError* explained) {
  const Event& event = batch.events[error.event];
  const std::string_view model = batch.names[event.model];
  const ValueKind kind =
      IsOfLabel(error) ? event.label_kind : event.prediction_kind;
  std::string what = explained->field + " is " + Described(kind);
  if (!IsOfLabel(error) &&
      Takes(error.task, event.prediction_kind, event.prediction)) {
    const bool one = batch.ExtraOf(event).score >= 0;
    explained->field = one ? "score" : "scores";
    what = one ? "score is a probability of the positive class"
               : "scores are probabilities of classes, of which one is right";
  }
  explained->message = what + ", and model " + Quoted(model) + " is a " +
                       std::string(TaskName(error.task));
  if (error.task_since_ms > 0) {
    explained->message += " since " + FormatTimestamp(error.task_since_ms);
  }
  explained->message += "; if that is not meant, " + ToChangeTask(model);
}

std::string TaskAssumed(const EventBatch& batch, const Event& event,
                        Task task) {
  const std::string_view model = batch.names[event.model];
  const bool predicts = event.prediction_kind != ValueKind::kNone;
  const ValueKind kind = predicts ? event.prediction_kind : event.label_kind;
  std::string from = Described(kind);
  if (kind == ValueKind::kReal && task == Task::kClassification) {
    from = IsScored(batch, event)
               ? "a whole number that comes with a score"
               : "a whole number, and classes are configured";
  }
  return "model " + Quoted(model) + " is taken for a " +
         std::string(TaskName(task)) + ", as its first " +
         (predicts ? "prediction" : "label") + " is " + from +
         "; if that is not meant, " + ToChangeTask(model);
}

}  // namespace

EventError Explain(const EventBatch& batch, const BatchOutcome::Error& error) {
  const Event& event = batch.events[error.event];
  const std::string part = NameOf(error.part);
  const std::string model = Quoted(batch.names[event.model]);
  EventError explained{event.index, error.reject, part, "",
                       std::string(batch.names[event.model])};
  switch (error.reject) {
    case Reject::kTaskMismatch:
      ExplainMismatch(batch, error, &explained);
      break;
    case Reject::kTooLong:
      explained.message = part + " has more than 128 digits";
      break;
    case Reject::kUnknownClass:
      explained.message =
          (error.part == Part::kScores ? "scores name a class that is"
                                       : part + " is") +
          " not among the classes configured for model " + model;
      break;
    case Reject::kClassLimit:
      explained.message =
          "model " + model + " has as many classes as limits.classes allows";
      break;
    case Reject::kVersionLimit:
      explained.field = "version";
      explained.message =
          "model " + model +
          " has as many versions as limits.versions_per_model allows, and none "
          "makes room: each had an event within the last hour, or "
          "limits.versions_when_full is reject";
      break;
    case Reject::kModelLimit:
      explained.field = "model";
      explained.message = "there are as many models as limits.models allows";
      break;
    case Reject::kInvalidJson:
      explained.message = part +
                          (error.part == Part::kScores ? " name" : " names") +
                          " a class twice: in two spellings, or by an "
                          "alias that is configured for model " +
                          model;
      break;
    case Reject::kMemoryLimit:
      ExplainMemory(batch, error, &explained);
      break;
    default:
      break;  // found by decoding, not by the state
  }
  return explained;
}

EventWarning Explain(const EventBatch& batch,
                     const BatchOutcome::Warned& warned) {
  const Event& event = batch.events[warned.event];
  const std::string model = Quoted(batch.names[event.model]);
  const bool predicts = event.prediction_kind != ValueKind::kNone;
  EventWarning explained{event.index, warned.warning,
                         predicts ? "prediction" : "label", ""};
  switch (warned.warning) {
    case Warning::kTaskAssumed:
      explained.message = TaskAssumed(batch, event, warned.task);
      break;
    case Warning::kPositiveClassEnded:
      explained.message =
          "model " + model +
          " has another class with this event, so its positive class is no "
          "longer assumed, and the figures that rest on score end; configure "
          "positive_class under models: to have them";
      break;
    case Warning::kNoPositiveClass:
      explained.field = "score";
      explained.message =
          "score is left out, as the positive class of model " + model +
          " is not known; configure positive_class under models:";
      break;
    case Warning::kScoresIncomplete:
      explained.field = "scores";
      explained.message =
          "scores are left out, as the class that is predicted is not among "
          "them";
      break;
    default:
      break;  // found by decoding, not by the state
  }
  return explained;
}

}  // namespace plumbline
