// Answers that a daemon gives only in trouble; the others are in
// tests/integration/http_test.py.

#include "daemon/http/ingest_handler.h"

#include <memory>
#include <string>

#include "daemon/client/client.h"
#include "daemon/http/server.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr char kEvent[] = R"({"model":"m","prediction":"UP","label":"UP"})";

struct Listener {
  Listener() {
    std::string error;
    authenticator = Authenticator::Load("", &error);
    handler = std::make_unique<IngestHandler>(
        IngestHandler::Parts{&ingestor, &clock, &hasher, authenticator.get(),
                             &phase, &counters, &rejections});
    server = HttpServer::Start(
        {.addresses = {"127.0.0.1:0"}, .connections = 4},
        [this](HttpRequest& request) { return handler->Handle(request); },
        &error);
    REQUIRE(server != nullptr);
  }
  ClientResponse Post(const std::string& body = kEvent) {
    return HttpClient().Post(
        "http://127.0.0.1:" + std::to_string(server->ports().at(0)) +
            "/v1/events",
        "application/json", body);
  }
  uint64_t Answered(int status) {
    for (const auto& code : counters.Read().requests) {
      if (code.status == status) return code.requests;
    }
    return 0;
  }

  Engine engine;
  Clock clock;
  const IdHasher hasher = IdHasher::Random();
  std::unique_ptr<Authenticator> authenticator;
  std::atomic<Phase> phase{Phase::kReady};
  IngestCounters counters{"http"};
  Rejections rejections{&engine.pipeline.state()};
  EventLog event_log{[] { return int64_t{0}; }, [](int64_t, const auto&) {}};
  Ingestor ingestor{{&engine.pipeline, &rejections, &event_log}};
  std::unique_ptr<IngestHandler> handler;
  std::unique_ptr<HttpServer> server;
};

void CheckIsTemporary(const ClientResponse& response, const char* code) {
  CHECK(response.status == 503);
  CHECK(response.retry_after_seconds > 0);
  CHECK(response.body.find(std::string("\"") + code + "\"") !=
        std::string::npos);
}

}  // namespace

TEST_CASE("until recovery has finished events are told to come again") {
  Listener listener;
  listener.phase.store(Phase::kRecovering);
  CheckIsTemporary(listener.Post(), "recovering");
  listener.phase.store(Phase::kReady);
  CHECK(listener.Post().status == 200);
}

TEST_CASE("a daemon that stops tells events to come again") {
  Listener listener;
  listener.phase.store(Phase::kStopping);
  CheckIsTemporary(listener.Post(), "stopping");
  listener.phase.store(Phase::kReady);
  listener.engine.pipeline.Stop();
  CheckIsTemporary(listener.Post(), "stopping");
}

TEST_CASE("where the journal cannot write nothing is counted") {
  Listener listener;
  CHECK(listener.Post().status == 200);
  listener.engine.journal.fails = true;
  CheckIsTemporary(listener.Post(), "storage_failed");
  CHECK(listener.engine.Count(kObservations, "") == 1);
  CHECK(listener.counters.Read().events == 1);
  CHECK(listener.Answered(503) == 1);
  listener.engine.journal.fails = false;
  CHECK(listener.Post().status == 200);
  CHECK(listener.engine.Count(kObservations, "") == 2);
}

TEST_CASE("where nobody knows what was written there is no answer") {
  Listener listener;
  listener.engine.journal.fails = true;
  listener.engine.journal.failure = Appended::kUnknown;
  CHECK(listener.Post().status == 0);
  listener.engine.journal.fails = false;
  CHECK(listener.Post().status == 200);
}

TEST_CASE("at the bound under reject the client must slow down") {
  Listener listener;
  listener.engine.settings.remembered_bytes = PairTable::kBytesPerRecord;
  listener.engine.Use();
  const auto prediction = [](const char* id) {
    return std::string(R"({"model":"m","prediction":"UP","id":")") + id + "\"}";
  };
  CHECK(listener.Post(prediction("a")).status == 200);
  const ClientResponse full = listener.Post(prediction("b"));
  CHECK(full.status == 429);
  CHECK(full.retry_after_seconds > 0);
  CHECK(full.body.find("\"full\"") != std::string::npos);
  // A label for a known id is always accepted.
  CHECK(listener.Post(R"({"model":"m","id":"a","label":"UP"})").status == 200);
}

TEST_CASE("what the server refuses is seen, but for its own trouble") {
  Listener listener;
  listener.handler->NoteRefused({431, "headers_too_large", "too many"}, 10);
  listener.handler->NoteRefused({503, "overloaded", "no memory"}, 0.5);
  CHECK(listener.Answered(431) == 1);
  CHECK(listener.Answered(503) == 1);
  CHECK(listener.counters.Read().duration_sum == 10.5);
  const auto recent = listener.rejections.Read().recent;
  REQUIRE(recent.size() == 1);
  CHECK(recent[0].model == "");
  CHECK(recent[0].code == "headers_too_large");
  CHECK(recent[0].message == "too many");
}

TEST_CASE("beyond the bytes in flight a body is told to come again") {
  Listener listener;
  Config config;
  config.in_flight_bytes = 10;
  listener.handler->SetLimits(config);
  CheckIsTemporary(listener.Post(), "overloaded");
  CHECK(listener.handler->in_flight() == 0);
}
