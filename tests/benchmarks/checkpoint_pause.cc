// CPU time of the leading thread for a checkpoint of many scored models, all of
// which change: of all of them at once, and of the steps of a checkpoint
// (core/model/dirty_models.h). Then of groups that change 64 models, as many as
// a commit group has requests: while these models wait for their copy, and
// after it.
//
// usage: checkpoint_pause [MODELS]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/engine/checkpoint.h"
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

  // Counts `n` scored pairs of each model, or of `count` models from `first`.
  void Post(int n) { Post(n, 0, models_); }
  void Post(int n, int first, int count) {
    std::vector<TestEvent> events;
    for (int m = first; m < first + count; ++m) {
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

struct Steps {
  double longest = 0;
  int count = 0;
};

Steps InSteps(World* world, bool (DirtyModels::*copy)()) {
  Steps steps;
  world->pipeline.Between([&](State* state) {
    const double begin = CpuMs();
    bool any = true;
    while (any && CpuMs() - begin < kStepMs) {
      any = (state->dirty_models().*copy)();
    }
    steps.longest = std::max(steps.longest, CpuMs() - begin);
    ++steps.count;
    return !any;
  });
  return steps;
}

// The time of a group that changes `models` models.
double Group(World* world, int models) {
  const double begin = CpuMs();
  world->Post(1, 0, models);
  return CpuMs() - begin;
}

void Stepped(World* world, int models) {
  const Steps ahead = InSteps(world, &DirtyModels::CopyAhead);
  world->Post(3);
  double moment = 0;
  world->pipeline.Exclusively([&](State* state) {
    const double begin = CpuMs();
    const std::string head = SaveHead(state);
    state->dirty_models().Begin();
    moment = CpuMs() - begin;
  });
  const double waiting = Group(world, models);
  const double copied = Group(world, models);
  const Steps rest = InSteps(world, &DirtyModels::CopyNext);
  double rest_mb = 0;
  ModelCopies copies;
  world->pipeline.Exclusively([&](State* state) {
    rest_mb = static_cast<double>(state->dirty_models().bytes()) / 1e6;
    copies = state->dirty_models().Take();
  });
  const double begin = CpuMs();
  size_t bytes = 0;
  for (const auto& [number, model] : std::move(copies).Join()) {
    bytes += model.size();
  }
  const double join = CpuMs() - begin;
  std::printf(
      "ahead: %d steps, the longest %.2f ms; the moment: %.2f ms; a group of "
      "%d models: %.2f ms before their copy, %.2f ms after it; %d steps, the "
      "longest %.2f ms; %.1f of %.1f MB copied after the moment; beside the "
      "writer: %.1f ms\n",
      ahead.count, ahead.longest, moment, models, waiting, copied, rest.count,
      rest.longest, rest_mb, static_cast<double>(bytes) / 1e6, join);
}

}  // namespace

int main(int argc, char** argv) {
  World world(std::max(64, argc > 1 ? std::atoi(argv[1]) : 1000));
  world.Fill();
  for (int round = 0; round < 3; ++round) {
    world.Post(3);
    std::printf("whole: %.2f ms\n", Whole(&world));
    world.Post(3);
    Stepped(&world, 64);
  }
  return 0;
}
