#include "daemon/http/answer.h"

#include <algorithm>
#include <string>

#include "daemon/decode/explain.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

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
