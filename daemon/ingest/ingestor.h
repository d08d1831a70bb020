// Ingestor: the one door for every source of events. A source brings bytes,
// what they are and the time; it learns what became of them.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "config/config.h"
#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"
#include "daemon/eventlog/event_log.h"
#include "daemon/ingest/counters.h"
#include "daemon/ingest/rejections.h"
#include "daemon/ingest/workspace.h"

namespace plumbline {

// What became of a body.
struct Ingested {
  enum class Status : uint8_t {
    kTaken,          // each event was applied, or rejected for a reason
    kUnreadable,     // it is no body of events
    kTooManyEvents,  // limits.events_per_request
    kFull,           // as many ids are remembered as join.max_bytes allows
    kNotStored,      // the storage took nothing of it
    kStopping,       // nothing of it was taken
    kUnknown,        // nobody can say what of it was taken: answer nothing
  };
  Status status = Status::kTaken;
  std::string message;   // why, where nothing was taken
  BatchOutcome outcome;  // of what was applied
};

// [Any thread]
class Ingestor {
 public:
  struct Parts {
    Pipeline* pipeline;
    Rejections* rejections;
    EventLog* event_log;
  };
  explicit Ingestor(const Parts& parts);

  // Limits hold from the next body on.
  void SetLimits(const Config& config);

  // Decodes a body and has the pipeline apply it. What was decoded, with what
  // applying it rejected, is in the workspace then. `counters`: the source's.
  // REQUIRES: BodyDecoder::Padding() readable bytes follow `body`.
  Ingested Ingest(std::string_view body, BodyFormat format, int64_t now_ms,
                  IngestCounters* counters, Workspace* workspace);

 private:
  Ingested Decode(std::string_view body, BodyFormat format, int64_t now_ms,
                  Workspace* workspace);
  Ingested Commit(int64_t now_ms, Workspace* workspace);
  void Count(const BatchOutcome& outcome, int64_t now_ms,
             IngestCounters* counters, Workspace* workspace);
  DecodeLimits Limits();

  Pipeline* const pipeline_;
  Rejections* const rejections_;
  EventLog* const event_log_;

  std::mutex large_documents_;
  std::atomic<int64_t> events_limit_;
  std::atomic<int64_t> classes_limit_;
  std::atomic<int64_t> future_ms_;
  std::mutex features_mutex_;
  std::shared_ptr<const FeatureNames> features_;  // guarded by features_mutex_
};

}  // namespace plumbline
