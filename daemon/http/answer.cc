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
  EventError explained{event.index, error.reject, half, ""};
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

void AppendError(const EventError& error, std::string* json) {
  *json += "{\"index\": " + std::to_string(error.index) + ", \"field\": ";
  AppendJsonString(error.field, json);
  *json += ", \"code\": ";
  AppendJsonString(RejectName(error.reject), json);
  *json += ", \"message\": ";
  AppendJsonString(error.message, json);
  *json += '}';
}

}  // namespace

HttpResponse EventsResponse(const DecodedBody& body, const EventBatch& batch,
                            const BatchOutcome& outcome) {
  std::vector<EventError> errors = body.errors;
  for (size_t i = 0; i < std::min(outcome.errors.size(), kListedErrors); ++i) {
    errors.push_back(Explain(batch, outcome.errors[i]));
  }
  std::stable_sort(
      errors.begin(), errors.end(),
      [](const auto& a, const auto& b) { return a.index < b.index; });
  if (errors.size() > kListedErrors) errors.resize(kListedErrors);

  uint64_t rejected = 0;
  for (const uint64_t n : body.rejected) rejected += n;
  HttpResponse response;
  if (rejected > 0 && outcome.accepted + outcome.duplicates == 0) {
    response.status = 400;
  }
  std::string& json = response.body;
  json = "{\"accepted\": " + std::to_string(outcome.accepted) +
         ", \"duplicates\": " + std::to_string(outcome.duplicates) +
         ", \"rejected\": " + std::to_string(rejected) + ", \"errors\": [";
  for (size_t i = 0; i < errors.size(); ++i) {
    if (i > 0) json += ", ";
    AppendError(errors[i], &json);
  }
  json += "]}\n";
  return response;
}

}  // namespace plumbline
