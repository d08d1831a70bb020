// Recorded events into the store of a daemon that is stopped.

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

int Fail(const std::string& error) {
  std::fprintf(stderr, "plumbtool: %s\n", error.c_str());
  return 2;
}

// What went wrong, or nothing.
std::string Bring(RecordedEvents* events, const Config& config,
                  bool keep_settings, int64_t now_ms, Pipeline* pipeline) {
  const int64_t stored_ms = pipeline->state().gauges().now_ms.load();
  if (events->size() > 0 && events->first_ms() < stored_ms) {
    return "the store is at " + FormatTimestamp(stored_ms) +
           " already, and time never runs back: the events begin at " +
           FormatTimestamp(events->first_ms());
  }
  // A store that time would have to catch up with could not be used until then.
  if (events->last_ms() > now_ms + config.future_ms) {
    return "the events go on until " + FormatTimestamp(events->last_ms()) +
           ", which is further ahead than limits.future allows";
  }
  Outcome settled;
  if (!keep_settings && pipeline->Commit(Command{config.engine}, stored_ms,
                                         &settled) !=
                            Pipeline::Status::kApplied) {
    return "the store cannot be written";
  }
  if (!settled.done) {
    return "the windows would need more than limits.window_bytes";
  }
  bool stored = true;
  const bool taken =
      events->ForEachMoment([&](int64_t moment_ms, const Command& command) {
        Outcome outcome;
        stored = pipeline->Commit(command, moment_ms, &outcome) ==
                 Pipeline::Status::kApplied;
        return stored && events->Note(outcome);
      });
  if (!stored) return "the store cannot be written";
  return taken ? "" : "not all events were taken";
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
       .checkpoint_bytes = uint64_t{128} << 20},
      &memory, &error);
  if (store == nullptr) return Fail(error);
  const IdHasher hasher(store->secret());
  const auto events = RecordedEvents::Load(flags.files, *config, hasher);
  if (events == nullptr) return 2;
  Pipeline pipeline(nullptr, &memory);
  if (!store->Recover(&pipeline, &error)) return Fail(error);
  // Without a file a store that was in use goes on as it was configured.
  const bool keep_settings =
      flags.config.empty() && pipeline.state().gauges().now_ms.load() > 0;
  error = Bring(events.get(), *config, keep_settings, Clock().NowMs(),
                &pipeline);
  pipeline.Stop();
  if (!store->Close() && error.empty()) {
    error = "the last checkpoint could not be written; the journal has it all";
  }
  if (!error.empty()) return Fail(error);
  std::printf("%llu events, %llu rejected\n",
              static_cast<unsigned long long>(events->size()),
              static_cast<unsigned long long>(events->rejected()));
  return events->rejected() > 0 ? 1 : 0;
}

}  // namespace plumbline
