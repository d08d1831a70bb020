// The cost of the statistics. Events with slices and scores, with detectors,
// anomalies, drift and estimates, and with feature drift are compared with
// plain events and events with a score that is only counted, with and without
// decoding. A scrape of many models is compared with the serializer alone. For
// the simulation, simdjson parses the lines of the file in EVENTS.
// statistics_report.py prints the ratios.

#include <benchmark/benchmark.h>
#include <prometheus/text_serializer.h>
#include <simdjson.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"
#include "exporters/prometheus/collector.h"

namespace {

using namespace plumbline;  // NOLINT: a benchmark

constexpr size_t kBatch = 1000;  // events
constexpr size_t kBatches = 300;
constexpr int64_t kNowMs = 1'790'001'000'000;

// The events of a model server: predictions with ids, and their labels some
// batches later; or both in one event without an id, which costs least.
// `features`: the number of features of a prediction.
std::vector<std::string> Bodies(bool rich, bool with_ids, bool scored,
                                int features) {
  constexpr size_t kLate = 20;  // batches
  std::mt19937 random(1);
  std::vector<std::string> bodies(kBatches + (with_ids ? kLate : 0));
  for (size_t b = 0; b < kBatches; ++b) {
    std::string& body = bodies[b];
    for (size_t i = 0; i < kBatch; ++i) {
      const double score = static_cast<double>(random() % 10'000) / 10'000;
      const std::string label =
          std::string(R"("label":")") +
          (random() % 10'000 < score * 10'000 ? "UP" : "DOWN") + '"';
      const std::string id =
          R"("id":"event-)" + std::to_string(b * kBatch + i) + "\",";
      body += R"({"model":"m","version":"1",)" + (with_ids ? id : "") +
              R"("prediction":")" + (score > 0.5 ? "UP" : "DOWN") + '"';
      if (rich || scored) body += ",\"score\":" + std::to_string(score);
      if (rich) {
        body += std::string(R"(,"segments":{"day":")") +
                (random() % 7 < 2 ? "end" : "week") + R"(","hours":")" +
                (random() % 3 == 0 ? "peak" : "off") + "\"}";
      }
      if (features > 0) {
        body += R"(,"features":{)";
        for (int f = 0; f < features; ++f) {
          body += (f == 0 ? "\"feature" : ",\"feature") + std::to_string(f) +
                  "\":" + std::to_string(random() % 100'000 / 100.0);
        }
        body += '}';
      }
      if (with_ids) {
        bodies[b + kLate] += R"({"model":"m",)" + id + label + "}\n";
      } else {
        body += ',' + label;
      }
      body += "}\n";
    }
  }
  for (std::string& body : bodies) {
    body.reserve(body.size() + BodyDecoder::Padding());
  }
  return bodies;
}

// No statistics; scores that are only counted; all statistics without feature
// drift; all statistics.
enum class Watch { kNothing, kScores, kEverything, kFeatures };
constexpr int kFeatures = 8;

Settings SettingsFor(bool rich, Watch watch = Watch::kNothing) {
  Settings settings;
  settings.defaults.detectors.adwin.reset();
  if (watch < Watch::kEverything) {
    settings.defaults.anomalies.metrics.clear();
    settings.defaults.drift.predictions = false;
    settings.defaults.drift.scores = false;
    settings.defaults.estimate = false;
  } else {
    settings.defaults.detectors = {AdwinSettings{}, PageHinkleySettings{},
                                   DdmSettings{}, HddmSettings{}};
    settings.defaults.drift.first = 1000;
  }
  for (int f = 0; watch == Watch::kFeatures && f < kFeatures; ++f) {
    settings.defaults.drift.features.push_back("feature" + std::to_string(f));
  }
  settings.defaults.positive_class = "UP";
  settings.defaults.windows = {{"5m", 300'000, 0, 60},
                               {"1h", 3'600'000, 0, 60},
                               {"24h", 86'400'000, 0, 60}};
  if (rich) settings.defaults.slices = {{"day"}, {"hours"}};
  return settings;
}

// The whole path of an event, or, if `decoded`, the part after decoding.
void Events(benchmark::State& state, bool rich, bool with_ids, bool decoded,
            Watch watch = Watch::kNothing) {
  const auto bodies = Bodies(rich, with_ids, watch != Watch::kNothing,
                             watch == Watch::kFeatures ? kFeatures : 0);
  const Settings settings = SettingsFor(rich, watch);
  const DecodeLimits limits = {
      .features = std::make_shared<const FeatureNames>(FeaturesOf(settings))};
  const IdHasher hasher = IdHasher::Random();
  BodyDecoder decoder(&hasher);
  std::vector<Command> commands;
  std::string message;
  const auto decode = [&](const std::string& text) {
    DecodedBody body;
    decoder.Decode(text, BodyFormat::kNdjson, limits, kNowMs * 1000, &body,
                   &message);
    return Command{std::move(body.batch)};
  };
  for (const std::string& text : bodies) {
    if (decoded) commands.push_back(decode(text));
  }
  Pipeline pipeline(nullptr);
  Outcome settled;
  pipeline.Commit(Command{settings}, kNowMs, &settled);
  int64_t now_ms = kNowMs;
  size_t accepted = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < bodies.size(); ++i) {
      now_ms += 100;
      Outcome outcome;
      if (decoded) {
        pipeline.Commit(commands[i], now_ms, &outcome);
      } else {
        pipeline.Commit(decode(bodies[i]), now_ms, &outcome);
      }
      accepted += outcome.batch.accepted;
    }
  }
  // Ids are new once.
  const size_t pairs = kBatches * kBatch;
  if (accepted != pairs * (with_ids ? 2 : 1) * state.iterations()) {
    state.SkipWithError("rejected");
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * pairs));
}

// A thousand models of three windows.
Pipeline* ManyModels() {
  static Pipeline pipeline(nullptr);
  static const bool filled = [] {
    Outcome outcome;
    pipeline.Commit(Command{SettingsFor(false)}, kNowMs, &outcome);
    const IdHasher hasher = IdHasher::Random();
    BodyDecoder decoder(&hasher);
    std::mt19937 random(2);
    for (int model = 0; model < 1000; ++model) {
      std::string text;
      for (int i = 0; i < 50; ++i) {
        text += R"({"model":"model)" + std::to_string(model) +
                R"(","prediction":")" + (random() % 2 ? "UP" : "DOWN") +
                R"(","label":")" + (random() % 2 ? "UP" : "DOWN") + "\"}\n";
      }
      text.reserve(text.size() + BodyDecoder::Padding());
      DecodedBody body;
      std::string message;
      decoder.Decode(text, BodyFormat::kNdjson, {}, kNowMs * 1000, &body,
                     &message);
      pipeline.Commit(Command{std::move(body.batch)}, kNowMs, &outcome);
    }
    return true;
  }();
  benchmark::DoNotOptimize(filled);
  return &pipeline;
}

Collector CollectorOf(const Pipeline* pipeline) {
  return Collector(
      &pipeline->state(), [] { return kNowMs; },
      [] {
        DaemonFigures daemon;
        daemon.ready = daemon.recovered = true;
        return daemon;
      });
}

void BM_PlainPair(benchmark::State& s) { Events(s, false, true, false); }
void BM_RichPair(benchmark::State& s) { Events(s, true, true, false); }
void BM_PlainPairEngine(benchmark::State& s) { Events(s, false, true, true); }
void BM_RichPairEngine(benchmark::State& s) { Events(s, true, true, true); }
void BM_ScoredPair(benchmark::State& s) {
  Events(s, false, true, false, Watch::kScores);
}
void BM_ScoredPairEngine(benchmark::State& s) {
  Events(s, false, true, true, Watch::kScores);
}
void BM_WatchedPair(benchmark::State& s) {
  Events(s, false, true, false, Watch::kEverything);
}
void BM_WatchedPairEngine(benchmark::State& s) {
  Events(s, false, true, true, Watch::kEverything);
}
void BM_FeaturesPair(benchmark::State& s) {
  Events(s, false, true, false, Watch::kFeatures);
}
void BM_FeaturesPairEngine(benchmark::State& s) {
  Events(s, false, true, true, Watch::kFeatures);
}
void BM_PlainWhole(benchmark::State& s) { Events(s, false, false, false); }
void BM_RichWhole(benchmark::State& s) { Events(s, true, false, false); }
void BM_PlainEngine(benchmark::State& s) { Events(s, false, false, true); }
void BM_RichEngine(benchmark::State& s) { Events(s, true, false, true); }

void BM_Scrape(benchmark::State& state) {
  const Collector collector = CollectorOf(ManyModels());
  for (auto _ : state) {
    std::string text;
    Expose(collector,
           [&text](size_t, std::string_view piece) { text += piece; });
    benchmark::DoNotOptimize(text);
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_Serialize(benchmark::State& state) {
  std::map<size_t, prometheus::MetricFamily> by_index;
  CollectorOf(ManyModels()).Collect([&](size_t index, const auto& some) {
    prometheus::MetricFamily& family = by_index[index];
    auto samples = std::move(family.metric);
    family = some.front();
    samples.insert(samples.end(), family.metric.begin(), family.metric.end());
    family.metric = std::move(samples);
  });
  std::vector<prometheus::MetricFamily> families;
  for (auto& [index, family] : by_index) families.push_back(std::move(family));
  for (auto _ : state) {
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families);
    benchmark::DoNotOptimize(text.str());
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_ParseEvents(benchmark::State& state) {
  const char* path = std::getenv("EVENTS");
  std::ifstream file(path == nullptr ? "" : path);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (text.empty()) return state.SkipWithError("EVENTS names no file");
  text.reserve(text.size() + BodyDecoder::Padding());
  simdjson::dom::parser parser;
  for (auto _ : state) {
    for (std::string_view rest = text; !rest.empty();) {
      const size_t end = rest.find('\n');
      simdjson::dom::element element;
      const auto error = parser.parse(rest.data(), end, false).get(element);
      benchmark::DoNotOptimize(error);
      rest.remove_prefix(end + 1);
    }
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(BM_PlainPair)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RichPair)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_PlainPairEngine)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RichPairEngine)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ScoredPair)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ScoredPairEngine)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_WatchedPair)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_WatchedPairEngine)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_FeaturesPair)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_FeaturesPairEngine)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_PlainWhole)->Iterations(3)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RichWhole)->Iterations(3)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_PlainEngine)->Iterations(3)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RichEngine)->Iterations(3)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Scrape)->Iterations(5)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Serialize)->Iterations(5)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ParseEvents)->Iterations(10)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
