#include "daemon/http/answer.h"

#include <algorithm>
#include <string>

#include "daemon/ingest/listed.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

// A JSON list of objects with index, code, field and message.
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

}  // namespace

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
      "warnings", ListedWarnings(body, batch, outcome),
      [](const EventWarning& warning) { return WarningName(warning.warning); },
      &json);
  json += "}\n";
  return response;
}

}  // namespace plumbline
