#include "daemon/ingest/commit.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace plumbline {
namespace {

using Status = Ingested::Status;

// The message for a body with ids that cannot be looked up.
std::string Unread(const std::vector<uint32_t>& events) {
  constexpr size_t kListed = 10;
  std::string list;
  for (size_t i = 0; i < std::min(events.size(), kListed); ++i) {
    list += (i == 0 ? "" : ", ") + std::to_string(events[i]);
  }
  if (events.size() > kListed) {
    list += " and " + std::to_string(events.size() - kListed) + " more";
  }
  return "what is stored of some ids cannot be read: those of events " + list +
         "; nothing of this request was taken, the others can be sent without "
         "them";
}

Ingested ResultOf(Pipeline::Status status, Outcome outcome) {
  switch (status) {
    case Pipeline::Status::kApplied:
      break;
    case Pipeline::Status::kJournalFailed:
      return {Status::kNotStored, "the storage cannot write", {}};
    case Pipeline::Status::kStoreUnread:
      return {Status::kNotStored, Unread(outcome.unreadable), {}};
    case Pipeline::Status::kStoreFailed:
      return {Status::kNotStored, "the storage does not keep up", {}};
    case Pipeline::Status::kJournalUnknown:
      return {Status::kUnknown, "", std::move(outcome.batch)};
    case Pipeline::Status::kStopped:
      return {Status::kStopping, "", {}};
  }
  if (outcome.batch.full) {
    return {Status::kFull,
            "as many ids are remembered as the join's bound allows; nothing of "
            "this request was taken",
            {}};
  }
  return {Status::kTaken, "", std::move(outcome.batch)};
}

}  // namespace

DecodeLimits DecodeLimitsOf(const Config& config) {
  return {
      .events_per_request = static_cast<uint64_t>(config.events_per_request),
      .classes = static_cast<uint64_t>(config.engine.classes),
      .future_us = config.future_ms * 1000,
      .features =
          std::make_shared<const FeatureNames>(FeaturesOf(config.engine))};
}

Ingested CommitEvents(const Command& batch, int64_t now_ms, BatchReport* report,
                      Pipeline* pipeline) {
  Outcome outcome;
  outcome.batch.report = report;
  const Pipeline::Status status = pipeline->Commit(batch, now_ms, &outcome);
  Ingested result = ResultOf(status, std::move(outcome));
  result.outcome.report = nullptr;
  return result;
}

bool AppliedSome(const BatchOutcome& outcome) {
  return outcome.accepted + outcome.duplicates + outcome.errors.size() > 0;
}

}  // namespace plumbline
