// Ingestor: the one entry for every source of events. A source passes bytes,
// their format and the time. It gets back what became of the events.

#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "config/config.h"
#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"
#include "daemon/eventlog/event_log.h"
#include "daemon/ingest/commit.h"
#include "daemon/ingest/counters.h"
#include "daemon/ingest/rejections.h"
#include "daemon/ingest/workspace.h"

namespace plumbline {

// [Any thread]
class Ingestor {
 public:
  struct Parts {
    Pipeline* pipeline;
    Rejections* rejections;
    EventLog* event_log;
  };
  explicit Ingestor(const Parts& parts);

  // Limits apply from the next body on.
  void SetLimits(const Config& config);

  // Decodes a body and commits its events. The workspace then holds the decoded
  // events, and the rejections of both steps. `counters` belong to the source.
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
  std::mutex limits_mutex_;
  DecodeLimits limits_;  // guarded by limits_mutex_
};

}  // namespace plumbline
