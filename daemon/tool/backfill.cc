// plumbtool backfill: adds recorded events to the store of a stopped daemon,
// all or none. They are applied to its state in memory, and one checkpoint
// writes them to the store.
//
// Models that the store does not know begin in their own past. Those events are
// applied to a separate state, which the store's state then takes over.

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "core/event/timestamp.h"
#include "daemon/memory/huge_pages.h"
#include "daemon/process/clock.h"
#include "daemon/process/owner.h"
#include "daemon/store/store.h"
#include "daemon/tool/commands.h"
#include "daemon/tool/recorded_events.h"

namespace plumbline {
namespace {

constexpr auto kNotWritten = "the store cannot be written";

int Fail(const std::string& error) {
  std::fprintf(stderr, "plumbtool: %s\n", error.c_str());
  return 2;
}

bool Apply(const Command& command, int64_t now_ms, Pipeline* pipeline,
           Outcome* outcome) {
  return pipeline->Commit(command, now_ms, outcome) ==
         Pipeline::Status::kApplied;
}

class Backfilling {
 public:
  Backfilling(const Config& config, RecordedEvents* events, Pipeline* pipeline)
      : config_(config),
        events_(*events),
        pipeline_(*pipeline),
        stored_ms_(pipeline->state().gauges().now_ms.load()) {}

  // Models that the daemon will soon forget, because they have been silent.
  std::vector<std::string> SoonForgotten() const {
    const Settings& settings = pipeline_.state().settings();
    std::vector<std::string> forgotten;
    for (const std::string& name : events_.models()) {
      const Model* model = pipeline_.state().FindModel(name);
      if (model == nullptr) continue;
      int64_t silence_ms = settings.retire_after_ms;
      for (const WindowSettings& window : settings.For(name).windows) {
        silence_ms = std::max(silence_ms, window.length_ms);
      }
      if (model->last_event_ms + silence_ms > now_ms_) continue;
      forgotten.push_back(
          "model " + name + " had its last event at " +
          FormatTimestamp(model->last_event_ms) +
          ", longer ago than limits.retire_after and its windows: the daemon "
          "forgets it soon after its start");
    }
    return forgotten;
  }

  // Each returns the error, or an empty string.

  std::string Configure() {
    Outcome settled;
    if (!Apply(Command{config_.engine}, stored_ms_, &pipeline_, &settled)) {
      return kNotWritten;
    }
    return settled.done
               ? ""
               : "the windows would need more than limits.window_bytes";
  }

  std::string Bring(int64_t now_ms) {
    // A store that is ahead of the clock would be unusable until the clock has
    // caught up.
    if (events_.last_ms() > now_ms + config_.future_ms) {
      return "the events go on until " + FormatTimestamp(events_.last_ms()) +
             ", which is further ahead than limits.future allows";
    }
    now_ms_ = now_ms;
    std::string wrong = SetPastApart();
    if (wrong.empty()) wrong = BringPast();
    if (wrong.empty()) {
      wrong = Run(&pipeline_, [this](const auto& visit) {
        return events_.ForEachMoment(visit);
      });
    }
    return wrong;
  }

 private:
  // Handles events before the store's time: refuses those of models that the
  // store knows, and sets those of others aside, to be applied separately.
  std::string SetPastApart() {
    std::map<std::string, int64_t> begins;  // of refused models
    events_.KeepBack([&](std::string_view model, int64_t time_ms) {
      if (time_ms >= stored_ms_) return false;
      const Model* known = pipeline_.state().FindModel(model);
      if (known == nullptr || known->IsUnused()) return true;
      int64_t& begin_ms = begins.emplace(model, time_ms).first->second;
      begin_ms = std::min(begin_ms, time_ms);
      return false;
    });
    if (begins.empty()) return "";
    const auto& [model, time_ms] = *begins.begin();
    return "the store is at " + FormatTimestamp(stored_ms_) +
           " already, and time never runs back: it knows model " + model +
           ", whose events begin at " + FormatTimestamp(time_ms) +
           (begins.size() == 1 ? ""
                               : ", and " + std::to_string(begins.size() - 1) +
                                     " more of the models") +
           "; delete it first, and then give all of its events";
  }

  std::string BringPast() {
    HugePages memory;
    Pipeline past(nullptr, &memory);
    past.Exclusively([this](State* state) {
      state->NumberBehind(pipeline_.state());
      state->LimitHistory(config_.retention_ms);
    });
    Configure(&past);
    std::string wrong = Run(&past, [this](const auto& visit) {
      return events_.ForEachKept(visit);
    });
    if (!wrong.empty()) return wrong;
    past.Exclusively([&](State* of_past) {
      pipeline_.Exclusively(
          [&](State* state) { wrong = state->TakeOver(of_past); });
    });
    return wrong.empty()
               ? ""
               : "with these models it would be more than " + wrong + " allows";
  }

  // Grants `past` the rest of the limits that the store's state leaves. Models
  // that are configured by name are in both states, and count once.
  void Configure(Pipeline* past) {
    constexpr auto kRelaxed = std::memory_order_relaxed;
    Settings settings = pipeline_.state().settings();
    Outcome settled;
    Apply(Command{settings}, 0, past, &settled);
    const auto& present = pipeline_.state().gauges();
    const auto& named = past->state().gauges();
    settings.models +=
        named.model_count.load(kRelaxed) - present.model_count.load(kRelaxed);
    settings.window_bytes +=
        named.window_bytes.load(kRelaxed) - present.window_bytes.load(kRelaxed);
    Apply(Command{settings}, 0, past, &settled);
  }

  template <class ForEach>
  std::string Run(Pipeline* pipeline, ForEach for_each) {
    auto status = Ingested::Status::kTaken;
    for_each([&](int64_t moment_ms, const Command& command) {
      // A time ahead of the clock counts as now, as in the daemon.
      const int64_t now_ms = std::min(moment_ms, now_ms_);
      status = events_.Apply(command, now_ms, pipeline).status;
      return status == Ingested::Status::kTaken;
    });
    if (status == Ingested::Status::kTaken) return "";
    return status == Ingested::Status::kFull ? "not all events were taken"
                                             : kNotWritten;
  }

  const Config& config_;
  RecordedEvents& events_;
  Pipeline& pipeline_;
  const int64_t stored_ms_;
  int64_t now_ms_ = 0;  // of the clock
};

// Prints the summary, and returns the exit status.
int Finish(const BackfillFlags& flags, const EventReport& report,
           Store* store) {
  const bool written = report.events() > report.rejected() &&
                       (report.rejected() == 0 || flags.skip_rejected);
  if (written && !store->Close()) return Fail(kNotWritten);
  if (!written) {
    std::fprintf(stderr, "nothing was written%s\n",
                 report.rejected() > 0 && !flags.skip_rejected
                     ? ", as some are rejected; --skip-rejected brings in the "
                       "rest"
                     : "");
  }
  std::printf("%llu events, %llu rejected\n",
              static_cast<unsigned long long>(report.events()),
              static_cast<unsigned long long>(report.rejected()));
  return report.exit_status();
}

}  // namespace

int Backfill(const BackfillFlags& flags) {
  ActAsOwnerOf(flags.storage);
  const auto config = LoadConfigOrTell(flags.config);
  if (!config) return 2;
  if (config->durability == "memory") {
    return Fail("storage.durability is memory: there is no store");
  }
  HugePages memory;
  std::string error;
  const auto store = Store::Open(
      {.path = flags.storage,
       .memory_bytes = config->memory_bytes,
       .remembered_bytes = config->engine.remembered_bytes,
       .durability = config->durability == "power" ? Durability::kPower
                                                   : Durability::kProcess,
       .retention_ms = config->retention_ms,
       .checkpoint_bytes = uint64_t{128} << 20,
       .all_or_nothing = true},
      &memory, &error);
  if (store == nullptr) return Fail(error);
  const IdHasher hasher(store->secret());
  EventReport report(flags.events.files, "applying");
  const auto events =
      RecordedEvents::Load(flags.events, *config, hasher, &report);
  if (events == nullptr) return 2;
  Pipeline pipeline(nullptr, &memory);
  if (!store->Recover(&pipeline, &error)) return Fail(error);
  Backfilling backfilling(*config, events.get(), &pipeline);
  // Without a file a store that was in use keeps its configuration.
  const bool keep_settings =
      flags.config.empty() && pipeline.state().gauges().now_ms.load() > 0;
  if (!keep_settings) error = backfilling.Configure();
  if (error.empty()) error = backfilling.Bring(Clock().NowMs());
  report.progress().Clear();
  if (!error.empty()) return Fail(error + "; nothing was written");
  events->Summarize();
  for (const std::string& line : backfilling.SoonForgotten()) report.Tell(line);
  return Finish(flags, report, store.get());
}

}  // namespace plumbline
