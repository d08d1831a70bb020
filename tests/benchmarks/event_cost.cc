// The cost of one event, from body bytes to windows, on one thread.
// event_cost.py counts the instructions of the two measured functions, or reads
// the printed time.
//
// usage: event_cost labelled|scored|joined|joined_scored BODIES

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"
#include "daemon/memory/huge_pages.h"
#include "tests/benchmarks/bodies.h"

using namespace plumbline;  // NOLINT: a benchmark

namespace {

constexpr size_t kBatch = 1000;  // events of a body
constexpr size_t kTrail = 20;    // bodies from prediction to label
constexpr size_t kWarm = 40;     // bodies before the measured ones
constexpr int64_t kNowMs = 1'790'001'000'000;

// Gives each prediction a score with four decimals.
void AddScores(Bodies* bodies) {
  const std::string mark = R"(,"timestamp")";
  uint32_t random = 1;
  for (std::string& body : *bodies) {
    std::string scored;
    size_t from = 0;
    for (size_t end; (end = body.find('\n', from)) != body.npos;
         from = end + 1) {
      std::string line = body.substr(from, end + 1 - from);
      if (line.find("prediction") != line.npos) {
        random = random * 1664525 + 1013904223;
        char score[32];
        std::snprintf(score, sizeof(score), R"(,"score":0.%04u)",
                      random >> 8 & 0x1fff);
        line.insert(line.find(mark), score);
      }
      scored += line;
    }
    body = std::move(scored);
  }
}

// Constant, so that the instructions are the same in each run.
IdHasher::Secret FixedSecret() {
  IdHasher::Secret secret{};
  uint32_t random = 1;
  for (unsigned char& byte : secret) {
    random = random * 1664525 + 1013904223;
    byte = static_cast<unsigned char>(random >> 24);
  }
  return secret;
}

Bodies Make(const std::string& kind, size_t count) {
  const bool joined = kind.starts_with("joined");
  BodyMaker maker(kBatch);
  Bodies bodies = joined ? maker.Joined((count + 1) / 2 + kTrail, kTrail)
                         : maker.Labelled(count);
  if (kind.ends_with("scored")) AddScores(&bodies);
  for (std::string& body : bodies) {
    body.reserve(body.size() + BodyDecoder::Padding());
  }
  return bodies;
}

}  // namespace

extern "C" {
[[gnu::noinline]] void measured_decode(BodyDecoder* decoder,
                                       const std::string& text, int64_t now_ms,
                                       DecodedBody* body) {
  std::string message;
  decoder->Decode(text, BodyFormat::kNdjson, {}, now_ms * 1000, body, &message);
}
[[gnu::noinline]] void measured_commit(Pipeline* pipeline,
                                       const Command& command, int64_t now_ms,
                                       Outcome* outcome) {
  pipeline->Commit(command, now_ms, outcome);
}
}

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: event_cost KIND BODIES\n", stderr);
    return 2;
  }
  const size_t measured = std::strtoul(argv[2], nullptr, 10);
  const Bodies bodies = Make(argv[1], measured + kWarm);
  HugePages memory;
  Pipeline pipeline(nullptr, &memory);
  Settings settings;
  settings.remembered_bytes = 4LL << 30;
  settings.defaults.positive_class = "UP";
  settings.defaults.windows = {{"5m", 300'000, 0, 60},
                               {"1h", 3'600'000, 0, 60},
                               {"24h", 86'400'000, 0, 60},
                               {"last_1000", 0, 1000, 0}};
  Outcome settled;
  pipeline.Commit(Command{settings}, kNowMs, &settled);
  const IdHasher hasher(FixedSecret());
  BodyDecoder decoder(&hasher);
  DecodedBody body;
  Command command{EventBatch{}};
  auto& batch = std::get<EventBatch>(command);
  uint64_t accepted = 0;
  std::chrono::nanoseconds spent{0};
  for (size_t i = 0; i < measured + kWarm; ++i) {
    const int64_t now_ms = kNowMs + static_cast<int64_t>(i);
    const auto begin = std::chrono::steady_clock::now();
    measured_decode(&decoder, bodies[i], now_ms, &body);
    std::swap(batch, body.batch);
    Outcome outcome;
    measured_commit(&pipeline, command, now_ms, &outcome);
    std::swap(batch, body.batch);
    accepted += outcome.batch.accepted;
    if (i >= kWarm) spent += std::chrono::steady_clock::now() - begin;
  }
  if (accepted != (measured + kWarm) * kBatch) {
    std::fputs("not every event was accepted\n", stderr);
    return 1;
  }
  std::printf("%.1f\n", static_cast<double>(spent.count()) /
                            static_cast<double>(measured * kBatch));
  return 0;
}
