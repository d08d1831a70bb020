// Recorded events into the store of a daemon that is stopped: all of them, or
// nothing. They are applied to its state in memory, and come into the store
// with one checkpoint.

#include <cstdio>
#include <string>

#include "core/timestamp.h"
#include "daemon/clock.h"
#include "daemon/memory/huge_pages.h"
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

  // Each says what went wrong, or nothing.

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
    // A store that time would have to catch up with could not be used until
    // then.
    if (events_.last_ms() > now_ms + config_.future_ms) {
      return "the events go on until " + FormatTimestamp(events_.last_ms()) +
             ", which is further ahead than limits.future allows";
    }
    const std::string wrong = RefusePast();
    return wrong.empty() ? Run() : wrong;
  }

 private:
  std::string RefusePast() const {
    if (events_.first_ms() >= stored_ms_) return "";
    return "the store is at " + FormatTimestamp(stored_ms_) +
           " already, and time never runs back: the events begin at " +
           FormatTimestamp(events_.first_ms());
  }

  std::string Run() {
    bool applied = true;
    const bool taken =
        events_.ForEachMoment([&](int64_t moment_ms, const Command& command) {
          Outcome outcome;
          applied = Apply(command, moment_ms, &pipeline_, &outcome);
          return applied && events_.Note(outcome);
        });
    if (!applied) return kNotWritten;
    return taken ? "" : "not all events were taken";
  }

  const Config& config_;
  RecordedEvents& events_;
  Pipeline& pipeline_;
  const int64_t stored_ms_;
};

// Tells what there was, and returns the exit status.
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
  // Without a file a store that was in use goes on as it was configured.
  const bool keep_settings =
      flags.config.empty() && pipeline.state().gauges().now_ms.load() > 0;
  if (!keep_settings) error = backfilling.Configure();
  if (error.empty()) error = backfilling.Bring(Clock().NowMs());
  report.progress().Clear();
  if (!error.empty()) return Fail(error + "; nothing was written");
  events->Summarize();
  return Finish(flags, report, store.get());
}

}  // namespace plumbline
