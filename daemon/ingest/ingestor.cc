#include "daemon/ingest/ingestor.h"

#include <algorithm>
#include <new>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/ingest/listed.h"

namespace plumbline {
namespace {

using Status = Ingested::Status;

// A parsed document takes up to 14 times its size in memory, so large ones are
// parsed one at a time.
constexpr size_t kLargeDocument = 1 << 20;

// What is told of a body of whose ids some cannot be looked up.
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

// Some of it was applied, though not all where nobody can say of which.
bool AppliedSome(const BatchOutcome& outcome) {
  return outcome.accepted + outcome.duplicates + outcome.errors.size() > 0;
}

}  // namespace

Ingestor::Ingestor(const Parts& parts)
    : pipeline_(parts.pipeline),
      rejections_(parts.rejections),
      event_log_(parts.event_log) {
  SetLimits(Config());
}

void Ingestor::SetLimits(const Config& config) {
  events_limit_.store(config.events_per_request);
  classes_limit_.store(config.engine.classes);
  future_ms_.store(config.future_ms);
  auto features =
      std::make_shared<const FeatureNames>(FeaturesOf(config.engine));
  const std::lock_guard lock(features_mutex_);
  features_ = std::move(features);
}

DecodeLimits Ingestor::Limits() {
  const std::lock_guard lock(features_mutex_);
  return {.events_per_request = static_cast<uint64_t>(events_limit_.load()),
          .classes = static_cast<uint64_t>(classes_limit_.load()),
          .future_us = future_ms_.load() * 1000,
          .features = features_};
}

Ingested Ingestor::Ingest(std::string_view body, BodyFormat format,
                          int64_t now_ms, IngestCounters* counters,
                          Workspace* workspace) {
  Ingested result = Decode(body, format, now_ms, workspace);
  if (result.status != Status::kTaken) return result;
  result = Commit(now_ms, workspace);
  const bool counts =
      result.status == Status::kTaken ||
      (result.status == Status::kUnknown && AppliedSome(result.outcome));
  if (!counts) return result;
  try {
    Count(result.outcome, now_ms, counters, workspace);
  } catch (const std::bad_alloc&) {
    result.status =
        Status::kUnknown;  // it is applied: a refusal would be a lie
  }
  return result;
}

Ingested Ingestor::Decode(std::string_view body, BodyFormat format,
                          int64_t now_ms, Workspace* workspace) {
  std::unique_lock<std::mutex> one_at_a_time(large_documents_, std::defer_lock);
  if (body.size() > kLargeDocument) one_at_a_time.lock();
  Ingested result;
  DecodeLimits limits = Limits();
  limits.keeps_values = event_log_->TakesValues(body.size());
  const BodyStatus status =
      workspace->decoder->Decode(body, format, limits, now_ms * 1000,
                                 &workspace->decoded, &result.message);
  if (status == BodyStatus::kInvalid) result.status = Status::kUnreadable;
  if (status == BodyStatus::kTooManyEvents) {
    result.status = Status::kTooManyEvents;
  }
  return result;
}

Ingested Ingestor::Commit(int64_t now_ms, Workspace* workspace) {
  auto& batch = std::get<EventBatch>(workspace->command);
  std::swap(batch, workspace->decoded.batch);
  if (batch.events.empty()) return {};
  Outcome outcome;
  const SentValues& sent = workspace->decoded.sent;
  auto note = event_log_->Begin(batch, sent);
  outcome.batch.account = note == nullptr ? nullptr : &note->account;
  const auto status = pipeline_->Commit(workspace->command, now_ms, &outcome);
  Ingested result = ResultOf(status, std::move(outcome));
  if (note != nullptr && AppliedSome(result.outcome)) {
    event_log_->Add(sent, std::move(note));
  }
  result.outcome.account = nullptr;
  return result;
}

void Ingestor::Count(const BatchOutcome& outcome, int64_t now_ms,
                     IngestCounters* counters, Workspace* workspace) {
  const auto& batch = std::get<EventBatch>(workspace->command);
  DecodedBody& decoded = workspace->decoded;
  counters->CountEvents(decoded.events);
  for (const auto& error : outcome.errors) {
    decoded.CountRejected(batch.names[batch.events[error.event].model],
                          error.reject);
  }
  for (const auto& warned : outcome.warnings) {
    ++decoded.warned[static_cast<size_t>(warned.warning)];
  }
  for (size_t i = 0; i < decoded.warned.size(); ++i) {
    if (decoded.warned[i] > 0) counters->CountWarned(i, decoded.warned[i]);
  }
  for (size_t i = 1; i < decoded.rejected.size(); ++i) {
    if (decoded.rejected[i] > 0) {
      counters->CountRejected(i, decoded.rejected[i]);
    }
  }
  if (decoded.rejected_by_model.empty()) return;
  rejections_->AddEvents(decoded.rejected_by_model,
                         ListedErrors(decoded, batch, outcome), now_ms);
}

}  // namespace plumbline
