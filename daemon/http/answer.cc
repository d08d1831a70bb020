#include "daemon/http/answer.h"

#include <algorithm>
#include <string>

#include "daemon/http/explain.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

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
