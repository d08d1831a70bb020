// Scrapes while events are applied at full speed, with real threads.
//
// Several threads post groups that keep an invariant in every window and total.
// Readers check it in every snapshot. At the end the sums are exact.
//
// usage: window_stress [groups per writer]

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "core/engine/pipeline.h"
#include "core/snapshot/snapshot.h"

namespace {

using namespace plumbline;  // NOLINT: a test

constexpr int kWriters = 2;
constexpr int kReaders = 2;
constexpr int kEventsPerGroup = 10;

std::atomic<int64_t> now_ms{1'000'000};
std::atomic<bool> done{false};
std::atomic<uint64_t> failures{0};

#define CHECK_THAT(condition)                                            \
  do {                                                                   \
    if (!(condition)) {                                                  \
      if (failures++ < 5) std::fprintf(stderr, "not: %s\n", #condition); \
    }                                                                    \
  } while (false)

uint64_t SumOf(const std::vector<uint64_t>& cells) {
  return std::accumulate(cells.begin(), cells.end(), uint64_t{0});
}

// A group has pairs of observations: "hit" predicted and labelled, then "miss"
// labelled. So in any consistent snapshot both classes have the same count, and
// coverage is 1.
Command Group(int writer) {
  EventBatch batch;
  const uint32_t model = batch.names.Add("m" + std::to_string(writer % 2));
  const uint32_t version = batch.names.Add("v" + std::to_string(writer));
  const uint32_t hit = batch.names.Add("hit");
  const uint32_t miss = batch.names.Add("miss");
  for (int i = 0; i < kEventsPerGroup; ++i) {
    Event event;
    event.model = model;
    event.version = version;
    event.prediction_kind = event.label_kind = ValueKind::kText;
    event.prediction = hit;
    event.label = i % 2 == 0 ? hit : miss;
    batch.events.push_back(event);
  }
  return batch;
}

void Write(Pipeline* pipeline, int writer, int groups) {
  const Command command = Group(writer);
  for (int i = 0; i < groups; ++i) {
    Outcome outcome;
    pipeline->Commit(command, now_ms.fetch_add(1), &outcome);
    CHECK_THAT(outcome.batch.accepted == kEventsPerGroup);
  }
}

void CheckModel(const ModelSnapshot& model) {
  uint64_t observations = 0;
  for (const VersionSnapshot& version : model.versions) {
    const auto& counts = version.counts;
    observations += counts[kObservations];
    CHECK_THAT(counts[kPredictions] ==
               counts[kPendingPredictions] + counts[kObservations] +
                   counts[kExpiredPredictions] + counts[kEvictedPredictions]);
    CHECK_THAT(SumOf(version.outcomes) == counts[kObservations]);
    for (const WindowSnapshot& window : version.windows) {
      const SlotCounts& c = window.counts;
      CHECK_THAT(SumOf(c.matrix) == c.observations);
      if (window.settings.last == 0) {
        CHECK_THAT(c.predictions == c.labelled);
        CHECK_THAT(c.predictions == c.observations);
        CHECK_THAT(model.name == "fleeting" ||
                   c.observations % kEventsPerGroup == 0);
      } else {
        CHECK_THAT(c.observations <=
                   static_cast<uint64_t>(window.settings.last));
      }
      if (c.matrix.size() == 4) CHECK_THAT(c.matrix[0] == c.matrix[3]);
    }
  }
  CHECK_THAT(model.counts[kLabels] == observations);
}

void ReadAll(const Pipeline* pipeline, std::atomic<uint64_t>* reads) {
  while (!done.load()) {
    VisitModels(pipeline->state(), now_ms.load(), CheckModel);
    ++*reads;
  }
}

// Changes the structure meanwhile: adds and removes windows, removes a model.
void Restructure(Pipeline* pipeline, Settings settings) {
  for (int i = 0; !done.load(); ++i) {
    settings.defaults.windows.back().last = 100 + 10 * (i % 3);
    Outcome outcome;
    pipeline->Commit(Command{settings}, now_ms.load(), &outcome);
    EventBatch batch;
    Event event;
    event.model = batch.names.Add("fleeting");
    event.version = batch.names.Add("");
    event.prediction_kind = event.label_kind = ValueKind::kText;
    event.prediction = event.label = batch.names.Add("hit");
    batch.events.push_back(event);
    pipeline->Commit(Command{batch}, now_ms.load(), &outcome);
    pipeline->Commit(Command{Removal{"fleeting", {}}}, now_ms.load(), &outcome);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int groups = argc > 1 ? std::atoi(argv[1]) : 100000;
  Pipeline pipeline(nullptr);
  Settings settings;
  settings.defaults.windows = {{"1s", 1000, 0, 10},
                               {"6s", 6000, 0, 60},
                               {"last_100", 0, 100, 0},
                               {"last_n", 0, 110, 0}};
  Outcome outcome;
  pipeline.Commit(Command{settings}, now_ms.load(), &outcome);

  std::atomic<uint64_t> reads{0};
  std::vector<std::thread> writers;
  std::vector<std::thread> others;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back(Write, &pipeline, i, groups);
  }
  for (int i = 0; i < kReaders; ++i) {
    others.emplace_back(ReadAll, &pipeline, &reads);
  }
  others.emplace_back(Restructure, &pipeline, settings);
  for (std::thread& writer : writers) writer.join();
  done.store(true);
  for (std::thread& other : others) other.join();

  uint64_t observations = 0;
  VisitModels(pipeline.state(), now_ms.load(), [&](const ModelSnapshot& model) {
    CheckModel(model);
    if (model.name == "fleeting") return;
    for (const auto& v : model.versions)
      observations += v.counts[kObservations];
  });
  CHECK_THAT(observations == uint64_t{kWriters} * kEventsPerGroup *
                                 static_cast<uint64_t>(groups));
  std::printf("%llu observations, %llu snapshots, %llu failures\n",
              static_cast<unsigned long long>(observations),
              static_cast<unsigned long long>(reads.load()),
              static_cast<unsigned long long>(failures.load()));
  return failures.load() == 0 ? 0 : 1;
}
