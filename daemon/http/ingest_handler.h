// POST /v1/events.

#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "config/config.h"
#include "daemon/decode/body.h"
#include "daemon/gzip/gzip.h"
#include "daemon/hash/id_hash.h"
#include "daemon/http/auth.h"
#include "daemon/http/content.h"
#include "daemon/http/message.h"
#include "daemon/ingest/counters.h"
#include "daemon/ingest/ingestor.h"
#include "daemon/ingest/rejections.h"
#include "daemon/ingest/workspace.h"
#include "daemon/process/clock.h"
#include "daemon/process/phase.h"

namespace plumbline {

// [Any thread] Reads and unpacks a body on the thread of its request, passes it
// to the Ingestor, and answers.
class IngestHandler {
 public:
  struct Parts {
    Ingestor* ingestor;
    Clock* clock;
    const IdHasher* hasher;
    Authenticator* authenticator;
    const std::atomic<Phase>* phase;
    IngestCounters* counters;
    Rejections* rejections;
  };
  explicit IngestHandler(const Parts& parts);

  // Takes effect with the next request.
  void SetLimits(const Config& config);
  // Bytes of bodies being worked on.
  int64_t in_flight() const { return in_flight_.load(); }

  HttpResponse Handle(HttpRequest& request);
  // Counts a request that the server refused without this handler.
  void NoteRefused(const Refusal& refusal, double seconds);

 private:
  class InFlight;
  // Format and coding of a body.
  struct Content {
    BodyFormat format = BodyFormat::kUnknown;
    Coding coding = Coding::kIdentity;
    bool is_form = false;
  };

  HttpResponse Answer(HttpRequest& request);
  HttpResponse Events(HttpRequest& request);
  static std::optional<Refusal> ReadHeaders(const HttpRequest& request,
                                            Content* content);
  static Refusal TooLarge(const char* what, const char* limit);
  HttpResponse BodyError(HttpRequest::BodyStatus status);
  HttpResponse UnpackError(GunzipStatus status);
  // Records `refusal` in the rejections, and answers with it.
  HttpResponse Refuse(const Refusal& refusal);
  void Tell(const Refusal& refusal);
  HttpResponse ResponseTo(const Ingested& ingested, const Workspace& workspace);

  Ingestor* const ingestor_;
  Clock* const clock_;
  WorkspacePool workspaces_;
  Authenticator* const authenticator_;
  const std::atomic<Phase>* const phase_;
  IngestCounters* const counters_;
  Rejections* const rejections_;

  std::atomic<int64_t> in_flight_{0};  // bytes of bodies being worked on
  std::atomic<int64_t> in_flight_limit_;
  std::atomic<int64_t> body_limit_;
  std::atomic<int64_t> unpacked_limit_;
};

}  // namespace plumbline
