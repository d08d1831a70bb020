// What the daemon's own engine would have said of recorded events, under their
// own time.

#include <cstdio>
#include <string>

#include "daemon/memory/huge_pages.h"
#include "daemon/tool/commands.h"
#include "daemon/tool/recorded_events.h"
#include "exporters/api/simulation.h"

namespace plumbline {
namespace {

class Simulation {
 public:
  Simulation(const SimulateFlags& flags, const Config& config)
      : flags_(flags), pipeline_(nullptr, &memory_) {
    pipeline_.Exclusively([](State* state) { state->LimitHistory(0); });
    Outcome outcome;
    pipeline_.Commit(Command{config.engine}, 0, &outcome);
  }

  bool Run(RecordedEvents* events) {
    const bool done =
        events->ForEachMoment([&](int64_t now_ms, const Command& command) {
          if (due_ms_ != kNever && now_ms > due_ms_) Tell();
          Outcome outcome;
          pipeline_.Commit(command, now_ms, &outcome);
          TellChanges(outcome.batch, now_ms);
          due_ms_ =
              (now_ms + flags_.step_ms - 1) / flags_.step_ms * flags_.step_ms;
          return events->Note(outcome);
        });
    if (due_ms_ != kNever) Tell();
    return done && std::fflush(stdout) == 0;
  }

 private:
  void TellChanges(const BatchOutcome& outcome, int64_t now_ms) const {
    std::string lines;
    for (const auto& detected : outcome.changes) {
      if (flags_.model && detected.model != *flags_.model) continue;
      AppendChange(detected, now_ms, &lines);
    }
    std::fwrite(lines.data(), 1, lines.size(), stdout);
  }

  static constexpr int64_t kNever = -1;

  void Tell() {
    // As the daemon does.
    if (due_ms_ >= pipeline_.state().gauges().next_deadline_ms.load()) {
      Outcome outcome;
      pipeline_.Commit(Command{Tick{}}, due_ms_, &outcome);
    }
    std::string lines;
    VisitModels(pipeline_.state(), due_ms_, [&](const ModelSnapshot& model) {
      if (flags_.model && model.name != *flags_.model) return;
      AppendSimulation(model, flags_.window, due_ms_, &lines);
    });
    std::fwrite(lines.data(), 1, lines.size(), stdout);
    due_ms_ = kNever;
  }

  const SimulateFlags& flags_;
  HugePages memory_;
  Pipeline pipeline_;
  int64_t due_ms_ = kNever;  // the step after the last event
};

}  // namespace

int Simulate(const SimulateFlags& flags) {
  const auto config = LoadConfigOrTell(flags.config);
  if (!config) return 2;
  const IdHasher hasher = IdHasher::Random();
  const auto events = RecordedEvents::Load(flags.files, *config, hasher);
  if (events == nullptr) return 2;
  if (!Simulation(flags, *config).Run(events.get())) return 2;
  return events->rejected() > 0 ? 1 : 0;
}

}  // namespace plumbline
