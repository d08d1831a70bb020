#include "daemon/http/ingest_handler.h"

#include <chrono>
#include <new>
#include <string>
#include <utility>
#include <variant>

#include "daemon/http/answer.h"
#include "daemon/http/same_site.h"

namespace plumbline {
namespace {

constexpr char kUnreadable[] = "the body cannot be read as JSON";
constexpr char kLostLineEnds[] =
    ". It was sent as a form: curl -d takes the ends of lines out of a file, "
    "--data-binary keeps them";

HttpResponse Closing(HttpResponse response) {
  response.close = true;
  return response;
}

HttpResponse Overloaded() {
  return Closing(ErrorResponse(
      503, "overloaded",
      "too many bytes are being worked on (limits.in_flight_bytes)"));
}

// `curl -d @file` strips line ends, so that lines become one.
bool LostLineEnds(std::string_view body) {
  return body.find('\n') == std::string_view::npos &&
         body.find("}{") != std::string_view::npos;
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

IngestHandler::IngestHandler(const Parts& parts)
    : ingestor_(parts.ingestor),
      clock_(parts.clock),
      workspaces_(parts.hasher),
      authenticator_(parts.authenticator),
      phase_(parts.phase),
      counters_(parts.counters),
      rejections_(parts.rejections) {
  SetLimits(Config());
}

void IngestHandler::SetLimits(const Config& config) {
  in_flight_limit_.store(config.in_flight_bytes);
  body_limit_.store(config.body_bytes);
  unpacked_limit_.store(config.unpacked_body_bytes);
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
  // A 5xx is not the client's error, so it is not kept as a rejection.
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
  Ingested ingested = ingestor_->Ingest(*body, content.format, clock_->NowMs(),
                                        counters_, &workspace);
  if (ingested.status == Ingested::Status::kUnreadable && content.is_form &&
      LostLineEnds(*body)) {
    ingested.message += kLostLineEnds;
  }
  return ResponseTo(ingested, workspace);
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

HttpResponse IngestHandler::ResponseTo(const Ingested& ingested,
                                       const Workspace& workspace) {
  switch (ingested.status) {
    case Ingested::Status::kTaken:
      break;
    case Ingested::Status::kUnreadable:
      return Refuse(
          {400, "invalid_body", ingested.message, kUnreadable, false});
    case Ingested::Status::kTooManyEvents:
      return Refuse({.status = 413,
                     .code = "too_many_events",
                     .message = ingested.message,
                     .close = false});
    case Ingested::Status::kFull:
      return ErrorResponse(429, "full", ingested.message);
    case Ingested::Status::kNotStored:
      return ErrorResponse(503, "storage_failed", ingested.message);
    case Ingested::Status::kStopping:
      return ErrorResponse(Stopping());
    case Ingested::Status::kUnknown:
      return NoAnswer();
  }
  try {
    return EventsResponse(workspace.decoded,
                          std::get<EventBatch>(workspace.command),
                          ingested.outcome);
  } catch (const std::bad_alloc&) {
    return NoAnswer();  // the body is applied: a 503 would be wrong
  }
}

}  // namespace plumbline
