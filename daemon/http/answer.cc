#include "daemon/http/answer.h"

#include <algorithm>
#include <string>

#include "daemon/text/json_string.h"

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

// Why the state did not take an event.
EventError Explain(const EventBatch& batch, const BatchOutcome::Error& error) {
  const Event& event = batch.events[error.event];
  const std::string half = error.of_label ? "label" : "prediction";
  const ValueKind kind =
      error.of_label ? event.label_kind : event.prediction_kind;
  const std::string model = Quoted(batch.names[event.model]);
  EventError explained{event.index, error.reject, half, "",
                       std::string(batch.names[event.model])};
  switch (error.reject) {
    case Reject::kTaskMismatch:
      explained.message =
          half + " is " + Described(kind) + ", and the task of model " + model +
          " is another; if that is not meant, configure its task";
      if (kind != ValueKind::kSet && batch.ExtraOf(event).scores.count > 0) {
        explained.message += ". Only a classification has scores";
      }
      break;
    case Reject::kTooLong:
      explained.message = half + " has more than 128 digits";
      break;
    case Reject::kNoPositiveClass:
      explained.field = "score";
      explained.message =
          "score needs a positive class; configure "
          "positive_class for model " +
          model;
      break;
    case Reject::kUnknownClass:
      explained.message =
          half + " is not among the classes configured for model " + model;
      break;
    case Reject::kClassLimit:
      explained.message =
          "model " + model + " has as many classes as limits.classes allows";
      break;
    case Reject::kVersionLimit:
      explained.field = "version";
      explained.message =
          "model " + model +
          " has as many versions as limits.versions_per_model allows";
      break;
    case Reject::kModelLimit:
      explained.field = "model";
      explained.message = "there are as many models as limits.models allows";
      break;
    default:
      explained.field = "model";
      explained.message =
          "its windows would need more than limits.window_bytes allows";
  }
  return explained;
}

// What was left out of an event, or assumed of it, by the state.
EventWarning Explain(const EventBatch& batch,
                     const BatchOutcome::Warned& warned) {
  const Event& event = batch.events[warned.event];
  const std::string model = Quoted(batch.names[event.model]);
  EventWarning explained{event.index, warned.warning, "", ""};
  switch (warned.warning) {
    case Warning::kNoPositiveClass:
      explained.field = "score";
      explained.message = "score is left out, as model " + model +
                          " has no positive class; configure positive_class";
      break;
    case Warning::kPositiveClassEnded:
      explained.field =
          event.label_kind == ValueKind::kNone ? "prediction" : "label";
      explained.message =
          "a further class ends what was assumed of model " + model +
          ", its positive class: figures that rest on score are left out "
          "until positive_class is configured";
      break;
    case Warning::kTaskAssumed:
      explained.field =
          event.prediction_kind == ValueKind::kNone ? "label" : "prediction";
      explained.message = "the task of model " + model +
                          " was assumed from this event; configure task to "
                          "change it";
      break;
    case Warning::kScoresIncomplete:
      explained.field = "scores";
      explained.message =
          "scores are left out, as the predicted class is not among them";
      break;
    default:
      explained.message = "a part of the event is left out";
  }
  return explained;
}

// The elements of a list that have an index, a code, a field and a message.
template <class Listed, class Code>
void AppendListed(const char* name, const std::vector<Listed>& listed,
                  Code code, std::string* json) {
  *json += std::string("\"") + name + "\": [";
  for (size_t i = 0; i < listed.size(); ++i) {
    if (i > 0) *json += ", ";
    *json += "{\"index\": " + std::to_string(listed[i].index) + ", \"field\": ";
    AppendJsonString(listed[i].field, json);
    *json += ", \"code\": ";
    AppendJsonString(code(listed[i]), json);
    *json += ", \"message\": ";
    AppendJsonString(listed[i].message, json);
    *json += '}';
  }
  *json += ']';
}

// Those of decoding, and those of the state: the first `most` of the body.
template <class Listed, class OfState>
std::vector<Listed> Merged(const std::vector<Listed>& of_body,
                           const EventBatch& batch,
                           const std::vector<OfState>& of_state, size_t most) {
  std::vector<Listed> merged = of_body;
  for (size_t i = 0; i < std::min(of_state.size(), most); ++i) {
    merged.push_back(Explain(batch, of_state[i]));
  }
  std::stable_sort(
      merged.begin(), merged.end(),
      [](const auto& a, const auto& b) { return a.index < b.index; });
  if (merged.size() > most) merged.resize(most);
  return merged;
}

}  // namespace

std::vector<EventError> ListedErrors(const DecodedBody& body,
                                     const EventBatch& batch,
                                     const BatchOutcome& outcome) {
  return Merged(body.errors, batch, outcome.errors, kListedErrors);
}

HttpResponse EventsResponse(const DecodedBody& body, const EventBatch& batch,
                            const BatchOutcome& outcome) {
  uint64_t rejected = 0;
  for (const uint64_t n : body.rejected) rejected += n;
  HttpResponse response;
  if (rejected > 0 && outcome.accepted + outcome.duplicates == 0) {
    response.status = 400;
  }
  std::string& json = response.body;
  json = "{\"accepted\": " + std::to_string(outcome.accepted) +
         ", \"duplicates\": " + std::to_string(outcome.duplicates) +
         ", \"rejected\": " + std::to_string(rejected) + ", ";
  AppendListed(
      "errors", ListedErrors(body, batch, outcome),
      [](const EventError& error) { return RejectName(error.reject); }, &json);
  json += ", ";
  AppendListed(
      "warnings",
      Merged(body.warnings, batch, outcome.warnings, kListedWarnings),
      [](const EventWarning& warning) { return WarningName(warning.warning); },
      &json);
  json += "}\n";
  return response;
}

}  // namespace plumbline
