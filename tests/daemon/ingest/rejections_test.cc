#include "daemon/ingest/rejections.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr int64_t kNowMs = 1'700'000'000'000;

struct Seen {
  // An event with content that only its sender may see.
  void Reject(const std::string& model, plumbline::Reject reject,
              int64_t now_ms = kNowMs, uint64_t times = 1) {
    RejectedByModel counts;
    counts[model][static_cast<size_t>(reject)] = times;
    rejections.AddEvents(
        counts, {{7, reject, "scores", "scores.spam is 1.2", model}}, now_ms);
  }
  uint64_t Counted(const std::string& model, plumbline::Reject reject) {
    const auto figures = rejections.Read();
    const auto found = figures.by_model.find(model);
    return found == figures.by_model.end()
               ? 0
               : found->second[static_cast<size_t>(reject)];
  }

  Engine engine;
  std::vector<Rejections::Summary> log;
  Rejections rejections{&engine.pipeline.state(), [this](const auto& summary) {
                          log.push_back(summary);
                        }};
};

}  // namespace

TEST_CASE("rejections are counted by model where the model is known") {
  Seen seen;
  seen.engine.Post({Prediction("a", "UP")});
  seen.Reject("m", Reject::kOutOfRange, kNowMs, 3);
  seen.Reject("m", Reject::kTooLong);
  seen.Reject("m", Reject::kOutOfRange);
  seen.Reject("other", Reject::kOutOfRange);
  seen.Reject("", Reject::kInvalidJson);
  CHECK(seen.Counted("m", Reject::kOutOfRange) == 4);
  CHECK(seen.Counted("m", Reject::kTooLong) == 1);
  CHECK(seen.rejections.Read().by_model.size() == 1);
}

TEST_CASE("a deleted model's rejections go, and one of its name starts anew") {
  Seen seen;
  seen.engine.Post({Prediction("a", "UP")});
  seen.Reject("m", Reject::kOutOfRange);
  const auto remove = [&seen] {
    Outcome outcome;
    seen.engine.pipeline.Commit(Command{Removal{"m", std::nullopt}},
                                seen.engine.now_ms, &outcome);
    REQUIRE(outcome.done);
  };
  remove();
  CHECK(seen.rejections.Read().by_model.empty());
  seen.engine.Post({Prediction("a", "UP")});
  CHECK(seen.Counted("m", Reject::kOutOfRange) == 0);
  seen.Reject("m", Reject::kOutOfRange);
  remove();
  seen.engine.Post({Prediction("a", "UP")});
  seen.Reject("m", Reject::kOutOfRange);
  CHECK(seen.Counted("m", Reject::kOutOfRange) == 1);
}

TEST_CASE("the log has a line for each model and reason, one a minute") {
  Seen seen;
  seen.engine.Post({Prediction("a", "UP")});
  seen.Reject("m", Reject::kOutOfRange);
  REQUIRE(seen.log.size() == 1);
  CHECK(seen.log[0].model == "m");
  CHECK(seen.log[0].reason == "out_of_range");
  CHECK(seen.log[0].count == 1);
  CHECK(seen.log[0].example.message == "scores.spam is 1.2");
  CHECK(seen.log[0].example.index == 7);
  seen.Reject("m", Reject::kOutOfRange, kNowMs + 1, 1000);
  seen.Reject("m", Reject::kOutOfRange, kNowMs + 59'999);
  CHECK(seen.log.size() == 1);
  seen.Reject("m", Reject::kTooLong, kNowMs + 59'999);  // another
  CHECK(seen.log.size() == 2);
  seen.rejections.WriteDue(kNowMs + 60'000);
  REQUIRE(seen.log.size() == 3);
  CHECK(seen.log[2].reason == "out_of_range");
  CHECK(seen.log[2].count == 1001);
  // Without a new rejection nothing is logged, then or at the end.
  seen.rejections.WriteDue(kNowMs + 500'000);
  seen.rejections.WriteAll();
  CHECK(seen.log.size() == 3);
}

TEST_CASE("models that are not known share the lines of the log") {
  Seen seen;
  for (int i = 0; i < 1000; ++i) {
    seen.Reject("m" + std::to_string(i), Reject::kUnknownField);
  }
  REQUIRE(seen.log.size() == 1);
  CHECK(seen.log[0].model.empty());
  CHECK(seen.log[0].example.model == "m0");
  seen.rejections.WriteAll();
  REQUIRE(seen.log.size() == 2);
  CHECK(seen.log[1].count == 999);
}

TEST_CASE("the last 20 are kept, the newest first, without what was sent") {
  Seen seen;
  for (int i = 0; i < 25; ++i) {
    seen.Reject("m" + std::to_string(i), Reject::kOutOfRange, kNowMs + i);
  }
  seen.rejections.AddRequest("invalid_body", "no JSON at {\"secret\"",
                             "no JSON", kNowMs + 25);
  const auto recent = seen.rejections.Read().recent;
  REQUIRE(recent.size() == 20);
  CHECK(recent[0].code == "invalid_body");
  CHECK(recent[0].model.empty());
  CHECK(recent[0].message == "no JSON");
  CHECK(recent[1].time_ms == kNowMs + 24);
  CHECK(recent[1].model == "m24");
  CHECK(recent[1].field == "scores");
  CHECK(recent[1].code == "out_of_range");
  CHECK(recent[1].message.starts_with("scores: "));
  CHECK(recent[1].message.find("1.2") == std::string::npos);
  CHECK(recent[19].model == "m6");
  CHECK(seen.log.back().of_requests);
  CHECK(seen.log.back().count == 1);
}
