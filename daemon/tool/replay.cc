#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/decode/body.h"
#include "daemon/decode/timestamp_field.h"
#include "daemon/tool/commands.h"
#include "daemon/tool/event_poster.h"
#include "daemon/tool/ordered_events.h"
#include "daemon/tool/token.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLargestBatch = 1000;    // events
constexpr size_t kLargestBody = 1 << 20;  // bytes, unless one line is longer
constexpr int kBatchesPerSecond = 10;

int64_t NowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Replaces timestamps by the time of sending, in the same order. Events with
// equal timestamps keep equal ones.
class Rebase {
 public:
  void Do(int64_t time_us, std::string* json) {
    if (!any_ || time_us != time_us_) {
      now_us_ = std::max(NowUs(), now_us_ + 1);
    }
    any_ = true;
    time_us_ = time_us;
    field_.Replace(now_us_, json);
  }

 private:
  TimestampField field_;
  bool any_ = false;
  int64_t time_us_ = 0;  // the last event's recorded time
  int64_t now_us_ = 0;   // its replacement
};

// Finds events that every daemon would reject, so that they are not sent.
class FirstLook {
 public:
  // Why it is no event; empty if it may be one.
  std::string WhatIsWrong(std::string* json) {
    json->reserve(json->size() + BodyDecoder::Padding());
    body_.Clear();
    decoder_.DecodeLine(*json, kLimits, INT64_MAX / 2, &body_);
    return body_.errors.empty() ? "" : Describe(body_.errors[0]);
  }

 private:
  const DecodeLimits kLimits = {.events_per_request = UINT64_MAX,
                                .classes = UINT64_MAX,
                                .future_us = 0,
                                .features = nullptr};
  const IdHasher hasher_ = IdHasher::Random();
  BodyDecoder decoder_{&hasher_};
  DecodedBody body_;
};

class Replayer {
 public:
  Replayer(const ReplayFlags& flags, const std::string& token,
           EventReport* report)
      : flags_(flags),
        report_(*report),
        poster_(flags.url, token, report),
        begin_(Clock::now()) {}

  // False if it gave up.
  bool Run(OrderedEvents* events) {
    for (std::vector<PostedEvent> batch; FillBatch(events, &batch);) {
      if (!poster_.Post(batch)) return false;
      sent_ += batch.size();
      report_.progress().Show(events->progress(), sent_);
      AwaitTurn();
    }
    return events->ok();
  }

  uint64_t accepted() const { return poster_.accepted(); }
  uint64_t duplicates() const { return poster_.duplicates(); }

 private:
  // Collects the events of one body; false if none are left.
  bool FillBatch(OrderedEvents* events, std::vector<PostedEvent>* batch) {
    const size_t most =
        flags_.events_per_second == 0
            ? kLargestBatch
            : std::clamp<size_t>(static_cast<size_t>(flags_.events_per_second /
                                                     kBatchesPerSecond),
                                 1, kLargestBatch);
    batch->clear();
    size_t bytes = 0;
    OrderedEvents::Item item;
    while (batch->size() < most && bytes < kLargestBody &&
           events->Next(&item)) {
      const std::string wrong = look_.WhatIsWrong(&item.json);
      if (!wrong.empty()) {
        report_.Reject(item.place, wrong);
        continue;
      }
      if (flags_.rebase) rebase_.Do(item.time_us, &item.json);
      bytes += item.json.size();
      batch->push_back({std::move(item.json), item.place});
    }
    return !batch->empty();
  }

  void AwaitTurn() const {
    if (flags_.events_per_second == 0) return;
    const std::chrono::duration<double> due(
        static_cast<double>(sent_) /
        static_cast<double>(flags_.events_per_second));
    std::this_thread::sleep_until(
        begin_ + std::chrono::duration_cast<Clock::duration>(due));
  }

  const ReplayFlags& flags_;
  EventReport& report_;
  EventPoster poster_;
  FirstLook look_;
  Rebase rebase_;
  const Clock::time_point begin_;
  uint64_t sent_ = 0;
};

}  // namespace

int Replay(const ReplayFlags& flags) {
  const auto token = ReadToken(flags.token_file);
  if (!token) return 2;
  EventReport report(flags.events.files, "sending");
  std::string error;
  const auto mapping =
      CsvMapping::Parse(flags.events.map, flags.events.constants, &error);
  if (!mapping) {
    report.Tell("plumbtool: " + error);
    return 2;
  }
  OrderedEvents events;
  if (!events.Open(flags.events.files, &*mapping, &report)) return 2;
  Replayer replayer(flags, *token, &report);
  const bool done = replayer.Run(&events);
  report.Summarize(replayer.accepted(), replayer.duplicates());
  std::printf("accepted %llu, duplicates %llu, rejected %llu\n",
              static_cast<unsigned long long>(replayer.accepted()),
              static_cast<unsigned long long>(replayer.duplicates()),
              static_cast<unsigned long long>(report.rejected()));
  return done ? report.exit_status() : 2;
}

}  // namespace plumbline
