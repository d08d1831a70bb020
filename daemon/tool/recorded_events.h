// Recorded events: files of events, in the order of their own timestamps.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "core/pipeline.h"
#include "daemon/decode/body.h"
#include "daemon/hash/id_hash.h"

namespace plumbline {

class RecordedEvents {
 public:
  // NDJSON, plain or gzip. nullptr, after saying so on the standard error, if a
  // file cannot be read or an event has no timestamp. Events that break a rule
  // are told there too, and left out.
  static std::unique_ptr<RecordedEvents> Load(
      const std::vector<std::string>& files, const Config& config,
      const IdHasher& hasher);

  // Calls visit(now_ms, command) for each millisecond that has events, with
  // these, until it returns false. Those of one timestamp are in the order of
  // the files. False if it was.
  template <class Visit>
  bool ForEachMoment(Visit visit);

  // Tells what of a command was rejected. False if it was refused as a whole.
  bool Note(const Outcome& outcome);

  int64_t first_ms() const;  // 0 if there are none
  int64_t last_ms() const;
  uint64_t size() const { return order_.size(); }
  uint64_t rejected() const { return rejected_; }

 private:
  bool Read(const std::string& path, const DecodeLimits& limits,
            BodyDecoder* decoder);
  std::string PlaceOf(uint32_t index) const;
  void TellRejected(uint32_t index, const std::string& why);
  void Sort();

  struct File {
    std::string path;
    uint32_t first;  // index of its first line
  };
  std::vector<File> files_;
  DecodedBody body_;
  Command command_{EventBatch{}};  // the one that is applied
  std::vector<uint32_t> order_;    // of the body's events
  uint64_t rejected_ = 0;
};

// What a tool works with: of the file, or without one (an empty path) the
// defaults. nullopt, after saying what is wrong on the standard error.
std::optional<Config> LoadConfigOrTell(const std::string& path);

template <class Visit>
bool RecordedEvents::ForEachMoment(Visit visit) {
  const auto& events = body_.batch.events;
  EventCopier copier(&body_.batch);
  for (size_t i = 0; i < order_.size();) {
    const int64_t now_ms = events[order_[i]].timestamp_us / 1000;
    copier.Begin(&std::get<EventBatch>(command_));
    for (; i < order_.size() && events[order_[i]].timestamp_us / 1000 == now_ms;
         ++i) {
      copier.Copy(events[order_[i]]);
    }
    if (!visit(now_ms, command_)) return false;
  }
  return true;
}

}  // namespace plumbline
