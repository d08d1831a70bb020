// plumbtool simulate: runs the daemon's engine over recorded events, with their
// own timestamps as the clock.

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/units.h"
#include "core/settings/nearest.h"
#include "daemon/memory/huge_pages.h"
#include "daemon/tool/commands.h"
#include "daemon/tool/recorded_events.h"
#include "exporters/api/figure_lines.h"

namespace plumbline {
namespace {

class Simulation {
 public:
  Simulation(SimulateFlags flags, const Config& config)
      : flags_(std::move(flags)), pipeline_(nullptr, &memory_) {
    pipeline_.Exclusively([](State* state) { state->LimitHistory(0); });
    Outcome outcome;
    pipeline_.Commit(Command{config.engine}, 0, &outcome);
  }

  bool Run(RecordedEvents* events) {
    const bool done =
        events->ForEachMoment([&](int64_t now_ms, const Command& command) {
          if (due_ms_ != kNever && now_ms > due_ms_) Tell();
          const Ingested ingested = events->Apply(command, now_ms, &pipeline_);
          TellChanges(ingested.outcome, now_ms);
          due_ms_ =
              (now_ms + flags_.step_ms - 1) / flags_.step_ms * flags_.step_ms;
          return ingested.status == Ingested::Status::kTaken;
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

  const SimulateFlags flags_;
  HugePages memory_;
  Pipeline pipeline_;
  int64_t due_ms_ = kNever;  // the step after the last event
};

// All windows in the settings.
std::vector<WindowSettings> WindowsOf(const Settings& settings) {
  std::vector<WindowSettings> windows = settings.defaults.windows;
  for (const ModelSettings& rule : settings.model_rules) {
    windows.insert(windows.end(), rule.windows.begin(), rule.windows.end());
  }
  return windows;
}

// Finds a window by its name, or by another spelling of its length.
std::optional<std::string> FindWindow(const Settings& settings,
                                      const std::string& text) {
  const auto length_ms = ParseDuration(text);
  for (const WindowSettings& window : WindowsOf(settings)) {
    if (window.name == text ||
        (length_ms && window.last == 0 && window.length_ms == *length_ms)) {
      return window.name;
    }
  }
  return std::nullopt;
}

// The problem with the selected model or window, or empty.
std::string Narrow(const RecordedEvents& events, const Settings& settings,
                   SimulateFlags* flags) {
  const auto models = events.models();
  if (flags->model &&
      !std::binary_search(models.begin(), models.end(), *flags->model)) {
    return "--model " + *flags->model + ": no event is of it" +
           NearestHint(*flags->model, models);
  }
  if (!flags->window) return "";
  const auto window = FindWindow(settings, *flags->window);
  if (!window) {
    std::set<std::string> names;
    for (const auto& one : WindowsOf(settings)) names.insert(one.name);
    return "--window " + *flags->window + ": no model has it" +
           NearestHint(*flags->window, {names.begin(), names.end()});
  }
  flags->window = *window;
  return "";
}

}  // namespace

int Simulate(const SimulateFlags& flags) {
  const auto config = LoadConfigOrTell(flags.config);
  if (!config) return 2;
  const IdHasher hasher = IdHasher::Random();
  EventReport report(flags.events.files, "simulating");
  const auto events =
      RecordedEvents::Load(flags.events, *config, hasher, &report);
  if (events == nullptr) return 2;
  SimulateFlags narrowed = flags;
  const std::string wrong = Narrow(*events, config->engine, &narrowed);
  if (!wrong.empty()) {
    report.Tell("plumbtool: " + wrong);
    return 2;
  }
  const bool done = Simulation(narrowed, *config).Run(events.get());
  events->Summarize();
  return done ? report.exit_status() : 2;
}

}  // namespace plumbline
