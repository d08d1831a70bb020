// The rings against a sequential model, in every interleaving of small runs.
//
// A writer publishes groups while a reader reads a window. The result must be
// the model's window after some number of whole groups, at least the number
// that the reader knows to be done.
//
// usage: rings_model_check SCENARIO; a scenario that fails exits with 1.

#include <cstdio>
#include <cstring>
#include <map>

#include "tests/stress/checked_atomics.h"

namespace {

using plumbline::LastNRing;
using plumbline::Observation;
using plumbline::Seqlock;
using plumbline::Slot;
using plumbline::SlotCounts;
using plumbline::TimeRing;
using A = CheckedAtomics;

constexpr int64_t kSlotMs = 1000;
constexpr uint32_t kCells = 4;  // two classes

// A reader's view of a window, reduced to sums.
struct Sum {
  uint64_t predictions = 0;
  uint64_t labelled = 0;
  uint64_t observations = 0;
  uint64_t cells[kCells] = {};

  bool operator==(const Sum& other) const {
    return std::memcmp(this, &other, sizeof(Sum)) == 0;
  }
  void Add(const Sum& other) {
    predictions += other.predictions;
    labelled += other.labelled;
    observations += other.observations;
    for (uint32_t i = 0; i < kCells; ++i) cells[i] += other.cells[i];
  }
};

Sum Take(const SlotCounts& counts) {
  Sum sum{counts.predictions, counts.labelled, counts.observations, {}};
  for (uint32_t i = 0; i < counts.matrix.size(); ++i) {
    sum.cells[i] = counts.matrix[i];
  }
  return sum;
}

// One group of a time window: an observation now, and a label for a prediction
// received at `labelled_ms` (if not negative).
struct Step {
  int64_t now_ms;
  uint32_t cell;
  int64_t labelled_ms;
};

struct TimeScenario {
  const char* name;
  size_t slots;
  uint32_t cells;  // of the matrix, read
  std::initializer_list<Step> steps;
  int64_t reader_ms;
  rl::scheduler_type_e search;
  unsigned bound;  // of context switches, or of runs for a random search
};

const TimeScenario kTimeScenarios[] = {
    {"one_slot", 1, 1, {{1000, 0, -1}}, 1000, rl::sched_bound, 2},
    {"one_slot_rolls",
     1,
     2,
     {{1000, 0, -1}, {2500, 1, -1}},
     1000,
     rl::sched_bound,
     1},
    {"reader_is_late", 2, 1, {{1000, 0, -1}}, 3000, rl::sched_bound, 1},
    {"clock_behind_writer",
     2,
     1,
     {{5000, 0, -1}, {5000, 0, -1}},
     1000,
     rl::sched_bound,
     1},
    {"same_slot",
     1,
     2,
     {{1000, 0, -1}, {1400, 0, -1}, {1900, 1, -1}},
     1000,
     rl::sched_random,
     200000},
    {"idle_gap",
     2,
     2,
     {{1000, 0, -1}, {7000, 1, -1}},
     2000,
     rl::sched_random,
     200000},
    {"label_in_past_slot",
     2,
     2,
     {{1000, 0, -1}, {2000, 1, 1000}},
     2000,
     rl::sched_random,
     200000},
    {"label_out_of_window",
     2,
     2,
     {{1000, 0, -1}, {4000, 1, 1000}},
     4000,
     rl::sched_random,
     200000},
    {"three_groups",
     3,
     3,
     {{1000, 0, -1}, {2000, 1, 1000}, {3000, 2, 2000}},
     3000,
     rl::sched_random,
     200000},
};

const TimeScenario* scenario;  // of the process

// The model: counts by epoch, and no concurrency.
Sum ModelSum(size_t groups) {
  std::map<int64_t, Sum> epochs;
  int64_t now_ms = scenario->reader_ms;
  size_t done = 0;
  for (const Step& step : scenario->steps) {
    if (done++ == groups) break;
    now_ms = std::max(now_ms, step.now_ms);
    Sum& sum = epochs[step.now_ms / kSlotMs];
    ++sum.predictions;
    ++sum.observations;
    ++sum.cells[step.cell];
    const int64_t then = step.labelled_ms / kSlotMs;
    const auto size = static_cast<int64_t>(scenario->slots);
    if (step.labelled_ms >= 0 && then > step.now_ms / kSlotMs - size) {
      ++epochs[then].labelled;
    }
  }
  Sum window;
  for (const auto& [epoch, sum] : epochs) {
    if (epoch > now_ms / kSlotMs - static_cast<int64_t>(scenario->slots)) {
      window.Add(sum);
    }
  }
  return window;
}

struct TimeRingTest : rl::test_suite<TimeRingTest, 2> {
  Slot<A> slots[3];
  Seqlock<A> seqlock;
  TimeRing<A> ring{slots, scenario->slots, kSlotMs};
  A::Atomic<uint64_t> answered{0};  // groups

  void thread(unsigned index) {
    if (index == 0) {
      Write();
    } else {
      Read();
    }
  }

  void Write() {
    uint64_t groups = 0;
    for (const Step& step : scenario->steps) {
      const uint64_t generation = seqlock.Open(step.now_ms);
      Slot<A>& slot = ring.Current(generation, step.now_ms);
      slot.AddPredictions(1);
      slot.AddObservations(1);
      slot.AddMatrix(step.cell, 1);
      if (step.labelled_ms >= 0) {
        if (Slot<A>* past =
                ring.Past(generation, step.labelled_ms, step.now_ms)) {
          past->AddLabelled(1);
        }
      }
      seqlock.Close();
      A::Store(answered, ++groups, A::kRelease);
    }
  }

  void Read() {
    const uint64_t least = A::Load(answered, A::kAcquire);
    SlotCounts counts;
    counts.Reset(scenario->cells, 0);
    ring.Read(seqlock, scenario->reader_ms, &counts);
    const Sum sum = Take(counts);
    bool allowed = false;
    for (uint64_t n = least; n <= scenario->steps.size(); ++n) {
      allowed = allowed || sum == ModelSum(n);
    }
    RL_ASSERT(allowed);
  }
};

// A last-N window with N = 1: observations, then a correction of the last one,
// then a correction of a pair that has left the ring.
struct LastOneTest : rl::test_suite<LastOneTest, 2> {
  Slot<A> slot;
  Seqlock<A> seqlock;
  LastNRing<A> ring{&slot, 1, true};
  plumbline::WindowDelta window_delta;
  const plumbline::Counting counting;  // in the matrix

  void thread(unsigned index) {
    if (index == 0) {
      Complete(0, Of(0, 0));
      Complete(1, Of(1, 0));
      Correct(1, 2, Of(1, 0), Of(0, 1));
      Correct(0, 2, Of(0, 0), Of(1, 1));  // has left the ring: no effect
      return;
    }
    SlotCounts counts;
    counts.Reset(kCells, 0);
    ring.Read(seqlock, &counts);
    const Sum sum = Take(counts);
    const uint64_t total =
        sum.cells[0] + sum.cells[1] + sum.cells[2] + sum.cells[3];
    RL_ASSERT(sum.observations == total);
    RL_ASSERT(total <= 1);
    RL_ASSERT(sum.cells[2] == 0);
  }

  static Observation Of(uint32_t actual, uint32_t predicted) {
    return Observation::OfClasses(actual, predicted, 0);
  }

  void Complete(uint64_t number, Observation observation) {
    const uint64_t generation = seqlock.Open(1000);
    window_delta.Clear();
    const Observation out = ring.Push(number, observation);
    window_delta.Add(observation, 1, counting);
    if (out.is_counted()) window_delta.Add(out, -1, counting);
    window_delta.AddTo(&ring.slot(generation), 1);
    seqlock.Close();
  }

  void Correct(uint64_t number, uint64_t next, Observation from,
               Observation to) {
    const uint64_t generation = seqlock.Open(1000);
    if (Observation* pair = ring.Find(number, next)) {
      *pair = to;
      window_delta.Clear();
      window_delta.Recount(from, -1, counting);
      window_delta.Recount(to, 1, counting);
      window_delta.AddTo(&ring.slot(generation), 1);
    }
    seqlock.Close();
  }
};

template <class Test>
int Search(rl::scheduler_type_e search, unsigned bound) {
  rl::test_params params;
  params.search_type = search;
  params.iteration_count = search == rl::sched_random ? bound : 1'000'000'000;
  params.context_bound = bound;
  params.progress_output_period = 1u << 30;
  const bool good = rl::simulate<Test>(params);
  std::printf("\n%s: %llu runs\n", good ? "good" : "FAILED",
              static_cast<unsigned long long>(params.stop_iteration));
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const char* name = argc == 2 ? argv[1] : "";
  if (std::strcmp(name, "last_one") == 0) {
    return Search<LastOneTest>(rl::sched_random, 200000);
  }
  for (const TimeScenario& candidate : kTimeScenarios) {
    if (std::strcmp(name, candidate.name) != 0) continue;
    scenario = &candidate;
    return Search<TimeRingTest>(candidate.search, candidate.bound);
  }
  std::fprintf(stderr, "no scenario is called \"%s\"\n", name);
  return 2;
}
