#include "daemon/ingest/ingestor.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

using Status = Ingested::Status;

struct Source {
  Ingested Send(std::string body, BodyFormat format = BodyFormat::kNdjson) {
    body.reserve(body.size() + BodyDecoder::Padding());
    return ingestor.Ingest(body, format, engine.now_ms, &counters, &workspace);
  }

  Engine engine;
  const IdHasher hasher = IdHasher::Random();
  Rejections rejections{&engine.pipeline.state(), [](const auto&) {}};
  EventLog event_log{[] { return int64_t{0}; }, [](int64_t, const auto&) {}};
  Ingestor ingestor{{&engine.pipeline, &rejections, &event_log}};
  IngestCounters counters{"test"};
  Workspace workspace{&hasher};
};

constexpr char kPair[] = R"({"model":"m","prediction":"UP","label":"UP"})";

TEST_CASE("What becomes of a body is told, and counted by its source") {
  Source source;
  const Ingested ingested =
      source.Send(kPair + std::string("\n{\"model\":\"m\",\"lable\":1}\n"));
  CHECK(ingested.status == Status::kTaken);
  CHECK(ingested.outcome.accepted == 1);
  CHECK(source.workspace.decoded.errors.size() == 1);
  CHECK(source.engine.Count(kObservations, "") == 1);
  const IngestFigures figures = source.counters.Read();
  CHECK(figures.protocol == "test");
  CHECK(figures.events == 2);
  CHECK(figures.rejected[static_cast<size_t>(Reject::kUnknownField)] == 1);
  CHECK(source.rejections.Read().recent.size() == 1);
}

TEST_CASE("What the state rejects is counted as what decoding does") {
  Source source;
  CHECK(source.Send(kPair).status == Status::kTaken);
  const Ingested ingested =
      source.Send(R"({"model":"m","prediction":1.5,"label":1.5})");
  CHECK(ingested.status == Status::kTaken);
  CHECK(ingested.outcome.errors.size() == 1);
  CHECK(source.counters.Read()
            .rejected[static_cast<size_t>(Reject::kTaskMismatch)] == 1);
}

TEST_CASE("A body that is none, or too long, is not taken") {
  Source source;
  CHECK(source.Send("{", BodyFormat::kJson).status == Status::kUnreadable);
  CHECK_FALSE(source.Send("", BodyFormat::kJson).message.empty());
  Config config;
  config.events_per_request = 1;
  source.ingestor.SetLimits(config);
  const Ingested ingested = source.Send(std::string(kPair) + "\n" + kPair);
  CHECK(ingested.status == Status::kTooManyEvents);
  CHECK(source.counters.Read().events == 0);
  CHECK_FALSE(source.engine.Has("m"));
}

TEST_CASE("Without an event there is nothing to be stored") {
  Source source;
  source.engine.journal.fails = true;
  CHECK(source.Send("[]", BodyFormat::kJson).status == Status::kTaken);
}

TEST_CASE("What was not stored is counted nowhere") {
  Source source;
  source.engine.journal.fails = true;
  CHECK(source.Send(kPair).status == Status::kNotStored);
  source.engine.journal.failure = Appended::kUnknown;
  CHECK(source.Send(kPair).status == Status::kUnknown);
  source.engine.journal.fails = false;
  source.engine.pipeline.Stop();
  CHECK(source.Send(kPair).status == Status::kStopping);
  CHECK(source.counters.Read().events == 0);
}

TEST_CASE("Where the join is full the body is refused as a whole") {
  Source source;
  source.engine.settings.remembered_bytes = PairTable::kBytesPerRecord;
  source.engine.Use();
  CHECK(source.Send(R"({"model":"m","id":"a","prediction":"UP"})").status ==
        Status::kTaken);
  const Ingested ingested =
      source.Send(R"({"model":"m","id":"b","prediction":"UP"})");
  CHECK(ingested.status == Status::kFull);
  CHECK_FALSE(ingested.message.empty());
}

TEST_CASE("Values are kept for an event log alone") {
  Source source;
  source.Send(kPair);
  CHECK(source.workspace.decoded.sent.events() == 0);
}

}  // namespace
}  // namespace plumbline
