#include "daemon/ingest/listed.h"

#include <algorithm>

#include "daemon/decode/explain.h"

namespace plumbline {
namespace {

// Merges the entries of decoding and of the state: the first `most` of the
// body.
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

std::vector<EventWarning> ListedWarnings(const DecodedBody& body,
                                         const EventBatch& batch,
                                         const BatchOutcome& outcome) {
  return Merged(body.warnings, batch, outcome.warnings, kListedWarnings);
}

}  // namespace plumbline
