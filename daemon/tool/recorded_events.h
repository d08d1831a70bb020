// Recorded events: files of events, in the order of their own timestamps.

#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"
#include "daemon/flags/tool_flags.h"
#include "daemon/hash/id_hash.h"
#include "daemon/ingest/commit.h"
#include "daemon/tool/event_file.h"

namespace plumbline {

class RecordedEvents {
 public:
  // nullptr, after printing why, if a file cannot be read. Texts that are no
  // valid events or have no timestamp are reported and skipped. REQUIRES:
  // `report` outlives this.
  static std::unique_ptr<RecordedEvents> Load(const EventFilesFlags& flags,
                                              const Config& config,
                                              const IdHasher& hasher,
                                              EventReport* report);

  // Calls visit(now_ms, command) with the events of each millisecond that has
  // some, until it returns false. Events with equal timestamps keep the order
  // of the files. Returns false if `visit` did.
  template <class Visit>
  bool ForEachMoment(Visit visit) {
    return ForEachMoment(order_, visit);
  }
  // The same for the events that KeepBack() set aside.
  template <class Visit>
  bool ForEachKept(Visit visit) {
    return ForEachMoment(kept_, visit);
  }

  // Sets aside the events for which keep(model, time_ms) is true.
  template <class Keep>
  void KeepBack(Keep keep);

  // Applies a command of these events, and reports the rejected ones. The
  // status is not kTaken if the whole command was refused.
  Ingested Apply(const Command& command, int64_t now_ms, Pipeline* pipeline);
  // Prints the summary of the report.
  void Summarize() { report_.Summarize(accepted_, duplicates_); }

  // The models of the events.
  std::vector<std::string> models() const;
  int64_t last_ms() const;  // 0 if there are none

 private:
  explicit RecordedEvents(EventReport* report) : report_(*report) {}

  template <class Visit>
  bool ForEachMoment(const std::vector<uint32_t>& order, Visit visit);
  bool Read(EventFiles* files, const DecodeLimits& limits,
            BodyDecoder* decoder);
  void Add(const EventText& event, FileLine place, const DecodeLimits& limits,
           BodyDecoder* decoder);
  void Warn(const EventWarning& warning);
  void Sort();

  EventReport& report_;
  DecodedBody body_;
  std::vector<FileLine> places_;   // by index in the body
  Command command_{EventBatch{}};  // the one that is applied
  std::vector<uint32_t> order_;    // of the body's events
  std::vector<uint32_t> kept_;     // of the events set aside
  uint64_t accepted_ = 0;
  uint64_t duplicates_ = 0;
};

// The configuration of a tool: from the file, or the defaults if `path` is
// empty. nullopt, after printing the problems on standard error.
std::optional<Config> LoadConfigOrTell(const std::string& path);

template <class Keep>
void RecordedEvents::KeepBack(Keep keep) {
  const EventBatch& batch = body_.batch;
  const auto rest =
      std::stable_partition(order_.begin(), order_.end(), [&](uint32_t i) {
        const Event& event = batch.events[i];
        return !keep(batch.names[event.model], event.timestamp_us / 1000);
      });
  kept_.insert(kept_.end(), rest, order_.end());
  order_.erase(rest, order_.end());
}

template <class Visit>
bool RecordedEvents::ForEachMoment(const std::vector<uint32_t>& order,
                                   Visit visit) {
  const auto& events = body_.batch.events;
  EventCopier copier(&body_.batch);
  for (size_t i = 0; i < order.size();) {
    const int64_t now_ms = events[order[i]].timestamp_us / 1000;
    copier.Begin(&std::get<EventBatch>(command_));
    for (; i < order.size() && events[order[i]].timestamp_us / 1000 == now_ms;
         ++i) {
      copier.Copy(events[order[i]]);
    }
    if (!visit(now_ms, command_)) return false;
    report_.progress().Show(
        static_cast<double>(i) / static_cast<double>(order.size()), i);
  }
  return true;
}

}  // namespace plumbline
