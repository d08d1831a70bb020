#include "daemon/http/answer.h"

#include "daemon/ingest/listed.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

BatchOutcome::Error RejectOf(uint32_t event, Reject reject) {
  return {event, reject};
}

}  // namespace

TEST_CASE("accepted, duplicate and rejected add up, errors in body order") {
  DecodedBody body;
  body.AddError({1, Reject::kUnknownField, "lable", "no such field"});
  const EventBatch batch = [] {
    EventBatch made = Batch({Prediction("a", "UP"), Prediction("b", 1.5)});
    made.events[1].index = 0;
    return made;
  }();
  BatchOutcome outcome;
  outcome.accepted = 1;
  outcome.errors = {RejectOf(1, Reject::kTaskMismatch)};
  ++body.rejected[static_cast<size_t>(Reject::kTaskMismatch)];
  const HttpResponse response = EventsResponse(body, batch, outcome);
  CHECK(response.status == 200);
  CHECK(response.body.starts_with(
      R"({"accepted": 1, "duplicates": 0, "rejected": 2, "errors": [)"
      R"({"index": 0, "field": "prediction", "code": "task_mismatch", )"));
  CHECK(response.body.find("configure its task") != std::string::npos);
  CHECK(response.body.find(R"({"index": 1, "field": "lable", )") !=
        std::string::npos);
}

TEST_CASE("a body of which every event was rejected is a 400") {
  DecodedBody body;
  body.AddError({0, Reject::kMissingField, "id", "missing"});
  CHECK(EventsResponse(body, {}, {}).status == 400);
  BatchOutcome outcome;
  outcome.duplicates = 1;
  CHECK(EventsResponse(body, {}, outcome).status == 200);
  CHECK(EventsResponse({}, {}, {}).status == 200);  // an empty array
}

TEST_CASE("at most 100 errors are listed, and all are counted") {
  DecodedBody body;
  for (uint32_t i = 0; i < 150; ++i) {
    body.AddError({i, Reject::kWrongType, "id", "must be a string"});
  }
  const std::string json = EventsResponse(body, {}, {}).body;
  CHECK(json.find(R"("rejected": 150)") != std::string::npos);
  CHECK(json.find(R"("index": 99,)") != std::string::npos);
  CHECK(json.find(R"("index": 100,)") == std::string::npos);
}

TEST_CASE("what was refused is explained with its names escaped") {
  TestEvent event = Prediction("a", "UP");
  event.model = "quo\"te";
  BatchOutcome outcome;
  for (const Reject reject :
       {Reject::kUnknownClass, Reject::kClassLimit, Reject::kVersionLimit,
        Reject::kModelLimit, Reject::kMemoryLimit}) {
    outcome.errors = {RejectOf(0, reject)};
    const std::string json = EventsResponse({}, Batch({event}), outcome).body;
    CHECK(json.find(RejectName(reject)) != std::string::npos);
    CHECK(json.find("quo\"te") == std::string::npos);
  }
}

TEST_CASE("what is at fault is named, and why") {
  const EventBatch batch = Batch({Both("UP", "UP")});
  const auto said = [&](Reject reject, BatchOutcome::Part part) {
    BatchOutcome outcome;
    outcome.errors = {RejectOf(0, reject)};
    outcome.errors[0].part = part;
    return EventsResponse({}, batch, outcome).body;
  };
  const auto has = [](const std::string& json, const std::string& text) {
    return json.find(text) != std::string::npos;
  };
  using Part = BatchOutcome::Part;
  std::string json = said(Reject::kUnknownClass, Part::kScores);
  CHECK(has(json, R"("field": "scores")"));
  CHECK(has(json, "scores name a class that is not among the classes"));
  json = said(Reject::kUnknownClass, Part::kLabel);
  CHECK(has(json, "label is not among the classes"));
  json = said(Reject::kInvalidJson, Part::kScores);
  CHECK(has(json, "scores name a class twice"));
  json = said(Reject::kMemoryLimit, Part::kLabel);
  CHECK(has(json, "join.max_bytes"));
  json = said(Reject::kMemoryLimit, Part::kPrediction);
  CHECK(has(json, R"("field": "model")"));
  CHECK(has(json, "limits.window_bytes"));
}

TEST_CASE("warnings of decoding and of the state are listed in body order") {
  DecodedBody body;
  body.AddWarning(
      {2, Warning::kUnusableEntry, "features.embedding", "it is nested"});
  EventBatch batch = Batch({Prediction("a", "UP"), Prediction("b", "UP")});
  batch.events[0].index = 1;
  batch.events[1].index = 3;
  BatchOutcome outcome;
  outcome.accepted = 3;
  outcome.warnings = {{0, Warning::kTaskAssumed},
                      {1, Warning::kScoresIncomplete}};
  const HttpResponse response = EventsResponse(body, batch, outcome);
  CHECK(response.status == 200);
  CHECK(response.body.find(R"("errors": [], "warnings": [{"index": 1, )") !=
        std::string::npos);
  const size_t nested = response.body.find(
      R"({"index": 2, "field": "features.embedding", )"
      R"("code": "unusable_entry", "message": "it is nested"})");
  CHECK(nested != std::string::npos);
  CHECK(response.body.find(R"("code": "task_assumed")") < nested);
  CHECK(response.body.find(R"("code": "scores_incomplete")") > nested);
}

TEST_CASE("at most 100 warnings are listed, and there is always a list") {
  DecodedBody body;
  for (uint32_t i = 0; i < 150; ++i) {
    body.AddWarning({i, Warning::kNotANumber, "features.f", "it is NaN"});
  }
  const std::string json = EventsResponse(body, {}, {}).body;
  CHECK(json.find(R"("index": 99,)") != std::string::npos);
  CHECK(json.find(R"("index": 100,)") == std::string::npos);
  CHECK(EventsResponse({}, {}, {}).body ==
        "{\"accepted\": 0, \"duplicates\": 0, \"rejected\": 0, "
        "\"errors\": [], \"warnings\": []}\n");
}

TEST_CASE("what the state rejected is listed with its model") {
  BatchOutcome outcome;
  outcome.errors = {RejectOf(0, Reject::kClassLimit)};
  const auto listed = ListedErrors({}, Batch({Prediction("a", "UP")}), outcome);
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].model == "m");
  CHECK(listed[0].reject == Reject::kClassLimit);
}
