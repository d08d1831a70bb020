#include "daemon/http/ingest_handler.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/http/answer.h"
#include "daemon/http/same_site.h"

namespace plumbline {
namespace {

// A parsed document takes up to 14 times its size in memory, so large ones are
// parsed one at a time.
constexpr size_t kLargeDocument = 1 << 20;

constexpr char kUnreadable[] = "the body cannot be read as JSON";

HttpResponse Closing(HttpResponse response) {
  response.close = true;
  return response;
}

HttpResponse Overloaded() {
  return Closing(ErrorResponse(
      503, "overloaded",
      "too many bytes are being worked on (limits.in_flight_bytes)"));
}

// `curl -d @file` takes the line ends out, so that lines become one.
bool LostLineEnds(std::string_view body) {
  return body.find('\n') == std::string_view::npos &&
         body.find("}{") != std::string_view::npos;
}

// What a request is told of whose ids some cannot be looked up.
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

}  // namespace

// Bytes of one request that count against limits.in_flight_bytes.
class IngestHandler::InFlight {
 public:
  explicit InFlight(IngestHandler* handler) : handler_(handler) {}
  ~InFlight() { handler_->in_flight_.fetch_sub(bytes_); }

  bool Grow(size_t bytes) {
    const auto more = static_cast<int64_t>(bytes);
    bytes_ += more;
    return handler_->in_flight_.fetch_add(more) + more <=
           handler_->in_flight_limit_.load(std::memory_order_relaxed);
  }

 private:
  IngestHandler* const handler_;
  int64_t bytes_ = 0;
};

IngestHandler::IngestHandler(Pipeline* pipeline, Clock* clock,
                             const IdHasher* hasher,
                             Authenticator* authenticator,
                             const std::atomic<Phase>* phase,
                             IngestCounters* counters, Rejections* rejections,
                             EventLog* event_log)
    : pipeline_(pipeline),
      clock_(clock),
      workspaces_(hasher),
      authenticator_(authenticator),
      phase_(phase),
      counters_(counters),
      rejections_(rejections),
      event_log_(event_log) {
  SetLimits(Config());
}

void IngestHandler::SetLimits(const Config& config) {
  in_flight_limit_.store(config.in_flight_bytes);
  body_limit_.store(config.body_bytes);
  unpacked_limit_.store(config.unpacked_body_bytes);
  events_limit_.store(config.events_per_request);
  classes_limit_.store(config.engine.classes);
  future_ms_.store(config.future_ms);
  auto features =
      std::make_shared<const FeatureNames>(FeaturesOf(config.engine));
  const std::lock_guard lock(features_mutex_);
  features_ = std::move(features);
}

HttpResponse IngestHandler::Handle(HttpRequest& request) {
  const auto begin = std::chrono::steady_clock::now();
  HttpResponse response = Answer(request);
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  if (!response.no_answer) {
    counters_->CountRequest(response.status, took.count());
  }
  return response;
}

void IngestHandler::NoteRefused(const Refusal& refusal, double seconds) {
  counters_->CountRequest(refusal.status, seconds);
  // What is the server's own trouble may come again, and is no error of who
  // sent it.
  if (refusal.status < 500) Tell(refusal);
}

HttpResponse IngestHandler::Answer(HttpRequest& request) {
  if (auto refused = RefuseForeignOrigin(request, "")) {
    return *std::move(refused);
  }
  if (auto refused = authenticator_->Check(request, Right::kIngest)) {
    return *std::move(refused);
  }
  if (request.method() == "OPTIONS" && request.path() == "/") {
    return OptionsResponse("POST, OPTIONS");
  }
  if (request.path() != "/v1/events") {
    return Refuse({404, "not_found", "no such path; events go to /v1/events"});
  }
  if (request.method() != "POST") {
    HttpResponse response =
        Refuse({405, "method_not_allowed", "events are sent by POST"});
    response.headers.emplace_back("Allow", "POST");
    return response;
  }
  const Phase phase = phase_->load();
  if (phase == Phase::kRecovering) {
    return Closing(ErrorResponse(503, "recovering", "still recovering"));
  }
  if (phase == Phase::kStopping) return ErrorResponse(Stopping());
  return Events(request);
}

std::optional<Refusal> IngestHandler::ReadHeaders(const HttpRequest& request,
                                                  Content* content) {
  const auto type = request.Header("Content-Type").value_or("");
  const auto format = FormatNamed(type);
  if (!format)
    return Refusal{415, "unsupported_type", std::string(kTypesTaken)};
  const auto coding =
      request.HeaderCount("Content-Encoding") > 1
          ? std::nullopt
          : CodingNamed(request.Header("Content-Encoding").value_or(""));
  if (!coding) {
    return Refusal{415, "unsupported_encoding", std::string(kCodingsTaken)};
  }
  *content = {*format, *coding,
              *format == BodyFormat::kUnknown && IsForm(type)};
  return std::nullopt;
}

HttpResponse IngestHandler::Events(HttpRequest& request) {
  Content content;
  if (const auto refusal = ReadHeaders(request, &content)) {
    return Refuse(*refusal);
  }
  const WorkspacePool::Lease lease(&workspaces_);
  Workspace& workspace = *lease.get();
  InFlight in_flight(this);
  const auto grow = [&in_flight](size_t n) { return in_flight.Grow(n); };
  const auto read = request.ReadBody(static_cast<size_t>(body_limit_.load()),
                                     grow, &workspace.body);
  if (read != HttpRequest::BodyStatus::kOk) return BodyError(read);
  counters_->CountBytes(workspace.body.size());

  std::string* body = &workspace.body;
  const bool is_gzip = content.coding == Coding::kGzip || IsGzip(*body);
  if (!body->empty() && (is_gzip || content.coding == Coding::kDeflate)) {
    const auto unpack = is_gzip ? Gunzip : Inflate;
    const auto unpacked =
        unpack(*body, static_cast<size_t>(unpacked_limit_.load()), grow,
               &workspace.unpacked);
    if (unpacked != GunzipStatus::kOk) return UnpackError(unpacked);
    body = &workspace.unpacked;
  }
  body->reserve(body->size() + BodyDecoder::Padding());
  return Decode(*body, content, &workspace);
}

Refusal IngestHandler::TooLarge(const char* what, const char* limit) {
  return {413, "too_large",
          std::string("the body ") + what + " is larger than " + limit};
}

HttpResponse IngestHandler::BodyError(HttpRequest::BodyStatus status) {
  switch (status) {
    case HttpRequest::BodyStatus::kNoLength:
      return Refuse({411, "length_required",
                     "the request needs a Content-Length or chunked coding"});
    case HttpRequest::BodyStatus::kTooLarge:
      return Refuse(TooLarge("as sent", "limits.body_bytes"));
    case HttpRequest::BodyStatus::kTooSlow:
      return Refuse({408, "too_slow", "the body took too long"});
    case HttpRequest::BodyStatus::kGaveWay:
      return ErrorResponse(GaveWay());
    case HttpRequest::BodyStatus::kRefused:
      return Overloaded();
    case HttpRequest::BodyStatus::kStopping:
      return ErrorResponse(Stopping());
    default:
      return Refuse(
          {400, "invalid_body", "the body ended early or is malformed"});
  }
}

HttpResponse IngestHandler::UnpackError(GunzipStatus status) {
  switch (status) {
    case GunzipStatus::kRefused:
      return Overloaded();
    case GunzipStatus::kTooLarge:
      return Refuse(TooLarge("unpacked", "limits.unpacked_body_bytes"));
    default:
      return Refuse({.status = 400,
                     .code = "invalid_body",
                     .message = "the body is not valid gzip, or not valid "
                                "deflate where that is its Content-Encoding",
                     .close = false});
  }
}

HttpResponse IngestHandler::Refuse(const Refusal& refusal) {
  Tell(refusal);
  return ErrorResponse(refusal);
}

void IngestHandler::Tell(const Refusal& refusal) {
  rejections_->AddRequest(
      refusal.code, refusal.message,
      refusal.shown != nullptr ? refusal.shown : refusal.message,
      clock_->NowMs());
}

std::shared_ptr<const FeatureNames> IngestHandler::Features() {
  const std::lock_guard lock(features_mutex_);
  return features_;
}

HttpResponse IngestHandler::Decode(std::string_view body,
                                   const Content& content,
                                   Workspace* workspace) {
  const int64_t now_ms = clock_->NowMs();
  const DecodeLimits limits{
      .events_per_request = static_cast<uint64_t>(events_limit_.load()),
      .classes = static_cast<uint64_t>(classes_limit_.load()),
      .future_us = future_ms_.load() * 1000,
      .features = Features()};
  std::string message;
  std::unique_lock<std::mutex> one_at_a_time(large_documents_, std::defer_lock);
  if (body.size() > kLargeDocument) one_at_a_time.lock();
  const BodyStatus status =
      workspace->decoder->Decode(body, content.format, limits, now_ms * 1000,
                                 &workspace->decoded, &message);
  if (one_at_a_time.owns_lock()) one_at_a_time.unlock();
  if (status == BodyStatus::kInvalid) {
    if (content.is_form && LostLineEnds(body)) {
      message +=
          ". It was sent as a form: curl -d takes the ends of lines out of a "
          "file, --data-binary keeps them";
    }
    return Refuse({400, "invalid_body", message, kUnreadable, false});
  }
  if (status == BodyStatus::kTooManyEvents) {
    return Refuse({.status = 413,
                   .code = "too_many_events",
                   .message = message,
                   .close = false});
  }
  return Commit(body, content.format, workspace, now_ms);
}

HttpResponse IngestHandler::Commit(std::string_view body, BodyFormat format,
                                   Workspace* workspace, int64_t now_ms) {
  DecodedBody& decoded = workspace->decoded;
  auto& batch = std::get<EventBatch>(workspace->command);
  std::swap(batch, decoded.batch);
  Outcome outcome;
  std::unique_ptr<EventLog::Note> note;
  if (!batch.events.empty()) {
    note = event_log_->Begin(body, batch);
    outcome.batch.account = note == nullptr ? nullptr : &note->account;
    switch (pipeline_->Commit(workspace->command, now_ms, &outcome)) {
      case Pipeline::Status::kApplied:
        break;
      case Pipeline::Status::kJournalFailed:
        return ErrorResponse(503, "storage_failed", "the storage cannot write");
      case Pipeline::Status::kStoreUnread:
        return ErrorResponse(503, "storage_failed", Unread(outcome.unreadable));
      case Pipeline::Status::kStoreFailed:
        return ErrorResponse(503, "storage_failed",
                             "the storage does not keep up");
      case Pipeline::Status::kJournalUnknown:
        if (outcome.batch.accepted + outcome.batch.duplicates +
                outcome.batch.errors.size() >
            0) {
          // Parts of it are applied.
          if (note != nullptr) {
            event_log_->Add(body, format, batch, std::move(note));
          }
          Count(outcome.batch, batch, now_ms, &decoded);
        }
        return NoAnswer();
      case Pipeline::Status::kStopped:
        return ErrorResponse(Stopping());
    }
    if (outcome.batch.full) {
      return ErrorResponse(
          429, "full",
          "as many ids are remembered as the join's bound allows; nothing of "
          "this request was taken");
    }
    if (note != nullptr) event_log_->Add(body, format, batch, std::move(note));
  }
  try {
    Count(outcome.batch, batch, now_ms, &decoded);
    return EventsResponse(decoded, batch, outcome.batch);
  } catch (const std::bad_alloc&) {
    return NoAnswer();  // it is applied: a 503 would be a lie
  }
}

void IngestHandler::Count(const BatchOutcome& outcome, const EventBatch& batch,
                          int64_t now_ms, DecodedBody* decoded) {
  counters_->CountEvents(decoded->events);
  for (const auto& error : outcome.errors) {
    decoded->CountRejected(batch.names[batch.events[error.event].model],
                           error.reject);
  }
  for (const auto& warned : outcome.warnings) {
    ++decoded->warned[static_cast<size_t>(warned.warning)];
  }
  for (size_t i = 0; i < decoded->warned.size(); ++i) {
    if (decoded->warned[i] > 0) counters_->CountWarned(i, decoded->warned[i]);
  }
  for (size_t i = 1; i < decoded->rejected.size(); ++i) {
    if (decoded->rejected[i] > 0) {
      counters_->CountRejected(i, decoded->rejected[i]);
    }
  }
  if (decoded->rejected_by_model.empty()) return;
  rejections_->AddEvents(decoded->rejected_by_model,
                         ListedErrors(*decoded, batch, outcome), now_ms);
}

}  // namespace plumbline
