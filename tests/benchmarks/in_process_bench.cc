// The path from body bytes to windows, on one thread, compared with simdjson
// only parsing the same lines. report.py prints the ratios.

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <string>
#include <vector>

#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"
#include "daemon/memory/huge_pages.h"
#include "tests/benchmarks/bodies.h"

namespace {

using namespace plumbline;  // NOLINT: a benchmark

constexpr size_t kBatch = 1000;        // events
constexpr size_t kPredictions = 1000;  // batches
constexpr size_t kTrail = 500;         // batches from prediction to label
constexpr int64_t kNowMs = 1'790'001'000'000;

// simdjson needs padding after the bytes.
Bodies Padded(Bodies bodies) {
  for (std::string& body : bodies) {
    body.reserve(body.size() + BodyDecoder::Padding());
  }
  return bodies;
}

const Bodies& Labelled() {
  static const Bodies bodies = Padded(BodyMaker(kBatch).Labelled(kPredictions));
  return bodies;
}

const Bodies& Joined() {
  static const Bodies bodies =
      Padded(BodyMaker(kBatch).Joined(kPredictions, kTrail));
  return bodies;
}

void ParseOnly(benchmark::State& state, const Bodies& bodies) {
  simdjson::dom::parser parser;
  for (auto _ : state) {
    for (std::string_view rest : bodies) {
      while (!rest.empty()) {
        const size_t end = rest.find('\n');
        simdjson::dom::element element;
        const auto error = parser.parse(rest.data(), end, false).get(element);
        benchmark::DoNotOptimize(error);
        rest.remove_prefix(end + 1);
      }
    }
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(bodies.size() * kBatch));
}

// Each iteration is more than a horizon later: the pairs of the former one have
// expired, as in a daemon that has run for long.
void Whole(benchmark::State& state, const Bodies& bodies) {
  HugePages memory;
  Pipeline pipeline(nullptr, &memory);
  Settings settings;
  settings.remembered_bytes = 4LL << 30;
  settings.defaults.windows = {{"5m", 300'000, 0, 60},
                               {"1h", 3'600'000, 0, 60},
                               {"24h", 86'400'000, 0, 60},
                               {"last_1000", 0, 1000, 0}};
  Outcome settled;
  pipeline.Commit(Command{settings}, kNowMs, &settled);
  const IdHasher hasher = IdHasher::Random();
  BodyDecoder decoder(&hasher);
  DecodedBody body;
  Command command{EventBatch{}};
  auto& batch = std::get<EventBatch>(command);
  int64_t now_ms = kNowMs;
  uint64_t accepted = 0;
  for (auto _ : state) {
    now_ms += settings.horizon_ms + 86'400'000;
    for (const std::string& text : bodies) {
      std::string message;
      decoder.Decode(text, BodyFormat::kNdjson, {}, now_ms * 1000, &body,
                     &message);
      std::swap(batch, body.batch);
      Outcome outcome;
      pipeline.Commit(command, now_ms, &outcome);
      std::swap(batch, body.batch);
      accepted += outcome.batch.accepted;
    }
  }
  const auto events =
      state.iterations() * static_cast<int64_t>(bodies.size() * kBatch);
  if (accepted != static_cast<uint64_t>(events)) {
    state.SkipWithError("not every event was accepted");
  }
  state.SetItemsProcessed(events);
}

void BM_LabelledParseOnly(benchmark::State& s) { ParseOnly(s, Labelled()); }
void BM_LabelledWhole(benchmark::State& s) { Whole(s, Labelled()); }
void BM_JoinedParseOnly(benchmark::State& s) { ParseOnly(s, Joined()); }
void BM_JoinedWhole(benchmark::State& s) { Whole(s, Joined()); }

BENCHMARK(BM_LabelledParseOnly)->Iterations(3)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LabelledWhole)->Iterations(3)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_JoinedParseOnly)->Iterations(3)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_JoinedWhole)->Iterations(3)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
