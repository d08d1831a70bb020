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
  // nullptr, after saying so, if a file cannot be read. What is no event,
  // breaks a rule or has no timestamp is reported, and left out. The report
  // must outlive it.
  static std::unique_ptr<RecordedEvents> Load(const EventFilesFlags& flags,
                                              const Config& config,
                                              const IdHasher& hasher,
                                              EventReport* report);

  // Calls visit(now_ms, command) for each millisecond that has events, with
  // these, until it returns false. Those of one timestamp are in the order of
  // the files. False if it was.
  template <class Visit>
  bool ForEachMoment(Visit visit) {
    return ForEachMoment(order_, visit);
  }
  // The same for those that are not kept back, and for those that are.
  template <class Visit>
  bool ForEachKept(Visit visit) {
    return ForEachMoment(kept_, visit);
  }

  // Keeps those back for which keep(model, time_ms) is true.
  template <class Keep>
  void KeepBack(Keep keep);

  // Has a command of these applied, and reports what of it was rejected. The
  // status is another than kTaken where it was refused as a whole.
  Ingested Apply(const Command& command, int64_t now_ms, Pipeline* pipeline);
  // Reports how many of what there were.
  void Summarize() { report_.Summarize(accepted_, duplicates_); }

  // Those that the events are of.
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
  std::vector<uint32_t> kept_;     // likewise, of those kept back
  uint64_t accepted_ = 0;
  uint64_t duplicates_ = 0;
};

// What a tool works with: of the file, or without one (an empty path) the
// defaults. nullopt, after saying what is wrong on the standard error.
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
