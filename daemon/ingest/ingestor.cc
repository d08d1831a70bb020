#include "daemon/ingest/ingestor.h"

#include <new>
#include <utility>
#include <variant>

#include "daemon/ingest/listed.h"

namespace plumbline {
namespace {

using Status = Ingested::Status;

// A parsed document takes up to 14 times its size in memory, so large ones are
// parsed one at a time.
constexpr size_t kLargeDocument = 1 << 20;

}  // namespace

Ingestor::Ingestor(const Parts& parts)
    : pipeline_(parts.pipeline),
      rejections_(parts.rejections),
      event_log_(parts.event_log) {
  SetLimits(Config());
}

void Ingestor::SetLimits(const Config& config) {
  DecodeLimits limits = DecodeLimitsOf(config);
  const std::lock_guard lock(limits_mutex_);
  limits_ = std::move(limits);
}

DecodeLimits Ingestor::Limits() {
  const std::lock_guard lock(limits_mutex_);
  return limits_;
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
    result.status = Status::kUnknown;  // it is applied: an error would be wrong
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
  const SentValues& sent = workspace->decoded.sent;
  auto note = event_log_->Begin(batch, sent);
  Ingested result =
      CommitEvents(workspace->command, now_ms,
                   note == nullptr ? nullptr : &note->report, pipeline_);
  if (note != nullptr && AppliedSome(result.outcome)) {
    event_log_->Add(sent, std::move(note));
  }
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
