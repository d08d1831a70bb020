// How long the leading thread works for a checkpoint of many scored models, in
// CPU time: copied as a whole, and copied ahead in steps with the rest at its
// moment. All models change between the last step and the moment.
//
// usage: checkpoint_pause [MODELS]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/engine/checkpoint_copy.h"
#include "core/engine/pipeline.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a benchmark

namespace {

constexpr double kStepMs = 1;  // as the daemon's

double CpuMs() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 +
         static_cast<double>(t.tv_nsec) / 1e6;
}

class World {
 public:
  explicit World(int models) : pipeline(nullptr), models_(models) {
    Settings settings;
    settings.defaults.windows = {
        TimeWindow("5m", 5 * Engine::kMinute), TimeWindow("1h", Engine::kHour),
        TimeWindow("24h", Engine::kDay), LastWindow(1000)};
    settings.defaults.positive_class = "UP";
    Do(Command{settings});
  }

  // Counts `n` scored pairs of each model.
  void Post(int n) {
    std::vector<TestEvent> events;
    for (int m = 0; m < models_; ++m) {
      for (int i = 0; i < n; ++i) {
        random_ = random_ * 1664525 + 1013904223;
        TestEvent event = Both(random_ >> 31 != 0 ? "UP" : "DOWN",
                               (random_ >> 30 & 1) != 0 ? "UP" : "DOWN");
        event.model = "model" + std::to_string(m);
        event.score = (random_ >> 8 & 0xfff) / 4096.0;
        events.push_back(event);
      }
    }
    Do(Command{Batch(events)});
  }
  // Fills the slots of all time windows.
  void Fill() {
    for (const int64_t length_ms :
         {Engine::kDay, Engine::kHour, 5 * Engine::kMinute}) {
      for (int slot = 0; slot < 60; ++slot) {
        now_ms_ += length_ms / 60;
        Post(6);
      }
    }
  }

  Pipeline pipeline;

 private:
  void Do(const Command& command) {
    Outcome outcome;
    if (pipeline.Commit(command, now_ms_, &outcome) !=
        Pipeline::Status::kApplied) {
      std::fprintf(stderr, "a command failed\n");
      std::exit(1);
    }
  }

  const int models_;
  int64_t now_ms_ = 1'790'001'000'000;
  uint32_t random_ = 1;
};

double Whole(World* world) {
  double ms = 0;
  world->pipeline.Exclusively([&ms](State* state) {
    const double begin = CpuMs();
    const StateImage image = SaveState(state);
    ms = CpuMs() - begin;
  });
  return ms;
}

void Stepped(World* world) {
  CheckpointCopy copy;
  double longest = 0;
  int steps = 0;
  world->pipeline.Between([&](State* state) {
    const double begin = CpuMs();
    bool any = true;
    while (any && CpuMs() - begin < kStepMs) any = copy.CopyNext(state);
    longest = std::max(longest, CpuMs() - begin);
    ++steps;
    return !any;
  });
  world->Post(3);
  double rest = 0;
  world->pipeline.Exclusively([&](State* state) {
    const double begin = CpuMs();
    copy.TakeRest(state);
    rest = CpuMs() - begin;
  });
  const double rest_mb = static_cast<double>(copy.rest_bytes()) / 1e6;
  size_t bytes = 0;
  for (const auto& [number, model] : copy.Take().models) bytes += model.size();
  std::printf(
      "ahead: %d steps, the longest %.2f ms; at the moment: %.2f ms, %.1f of "
      "%.1f MB\n",
      steps, longest, rest, rest_mb, static_cast<double>(bytes) / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  World world(argc > 1 ? std::atoi(argv[1]) : 1000);
  world.Fill();
  for (int round = 0; round < 3; ++round) {
    world.Post(3);
    std::printf("whole: %.2f ms\n", Whole(&world));
    world.Post(3);
    Stepped(&world);
  }
  return 0;
}
