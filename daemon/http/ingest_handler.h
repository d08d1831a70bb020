// POST /v1/events.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"
#include "daemon/eventlog/event_log.h"
#include "daemon/gzip/gzip.h"
#include "daemon/hash/id_hash.h"
#include "daemon/http/auth.h"
#include "daemon/http/content.h"
#include "daemon/http/counters.h"
#include "daemon/http/message.h"
#include "daemon/http/rejections.h"
#include "daemon/http/workspace.h"
#include "daemon/process/clock.h"
#include "daemon/process/phase.h"

namespace plumbline {

// [Any thread] Reads, unpacks and decodes a body on the thread of its request,
// has the pipeline apply it, and answers.
class IngestHandler {
 public:
  IngestHandler(Pipeline* pipeline, Clock* clock, const IdHasher* hasher,
                Authenticator* authenticator, const std::atomic<Phase>* phase,
                IngestCounters* counters, Rejections* rejections,
                EventLog* event_log);

  // Limits hold from the next request on.
  void SetLimits(const Config& config);
  // Bytes of bodies being worked on.
  int64_t in_flight() const { return in_flight_.load(); }

  HttpResponse Handle(HttpRequest& request);
  // A request that the server answered without asking, and how long it took.
  void NoteRefused(const Refusal& refusal, double seconds);

 private:
  class InFlight;
  // How a body is to be read.
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
  // Answers, and has it told that it was so.
  HttpResponse Refuse(const Refusal& refusal);
  void Tell(const Refusal& refusal);
  std::shared_ptr<const FeatureNames> Features();
  HttpResponse Decode(std::string_view body, const Content& content,
                      Workspace* workspace);
  HttpResponse Commit(std::string_view body, BodyFormat format,
                      Workspace* workspace, int64_t now_ms);
  void Count(const BatchOutcome& outcome, const EventBatch& batch,
             int64_t now_ms, DecodedBody* decoded);

  Pipeline* const pipeline_;
  Clock* const clock_;
  WorkspacePool workspaces_;
  Authenticator* const authenticator_;
  const std::atomic<Phase>* const phase_;
  IngestCounters* const counters_;
  Rejections* const rejections_;
  EventLog* const event_log_;

  std::mutex large_documents_;
  std::atomic<int64_t> in_flight_{0};  // bytes of bodies being worked on
  std::atomic<int64_t> in_flight_limit_;
  std::atomic<int64_t> body_limit_;
  std::atomic<int64_t> unpacked_limit_;
  std::atomic<int64_t> events_limit_;
  std::atomic<int64_t> classes_limit_;
  std::atomic<int64_t> future_ms_;
  std::mutex features_mutex_;
  std::shared_ptr<const FeatureNames> features_;  // guarded by features_mutex_
};

}  // namespace plumbline
