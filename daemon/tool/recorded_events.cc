#include "daemon/tool/recorded_events.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <utility>

#include "config/loader.h"
#include "daemon/gzip/gzip.h"

namespace plumbline {
namespace {

constexpr uint64_t kTold = 10;  // rejected events
constexpr int64_t kNoClock = INT64_MAX / 2;

}  // namespace

std::optional<Config> LoadConfigOrTell(const std::string& path) {
  if (path.empty()) return Config();
  std::vector<ConfigProblem> problems;
  auto config = LoadConfigFile(path, &problems);
  if (!config) {
    std::fprintf(stderr, "%s\n", Describe(path, problems).c_str());
  }
  return config;
}

std::unique_ptr<RecordedEvents> RecordedEvents::Load(
    const std::vector<std::string>& files, const Config& config,
    const IdHasher& hasher) {
  auto events = std::make_unique<RecordedEvents>();
  BodyDecoder decoder(&hasher);
  const DecodeLimits limits = {
      .events_per_request = UINT64_MAX,
      .classes = static_cast<uint64_t>(config.engine.classes),
      .future_us = 0,
      .features =
          std::make_shared<const FeatureNames>(FeaturesOf(config.engine))};
  for (const std::string& path : files) {
    if (!events->Read(path, limits, &decoder)) return nullptr;
  }
  events->Sort();
  return events;
}

bool RecordedEvents::Read(const std::string& path, const DecodeLimits& limits,
                          BodyDecoder* decoder) {
  files_.push_back({path, static_cast<uint32_t>(body_.events)});
  const auto reader = LineReader::Open(path);
  std::string line;
  auto& events = body_.batch.events;
  while (reader != nullptr && reader->Next(&line)) {
    line.reserve(line.size() + BodyDecoder::Padding());
    const size_t before = events.size();
    const auto index = static_cast<uint32_t>(body_.events);
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      ++body_.events;
      continue;
    }
    decoder->DecodeLine(line, limits, kNoClock, &body_);
    if (events.size() == before) {
      TellRejected(index, body_.errors.empty() ? "" : body_.errors[0].message);
      body_.errors.clear();
    } else if (events.back().timestamp_us == kNoTimestamp) {
      std::fprintf(stderr, "%s: has no timestamp; each event needs one\n",
                   PlaceOf(index).c_str());
      return false;
    }
  }
  if (reader != nullptr && reader->ok()) return true;
  std::fprintf(stderr, "%s: %s\n", path.c_str(),
               reader == nullptr ? "cannot be read" : "is damaged");
  return false;
}

void RecordedEvents::Sort() {
  const auto& events = body_.batch.events;
  order_.resize(events.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::stable_sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
    return events[a].timestamp_us < events[b].timestamp_us;
  });
}

int64_t RecordedEvents::first_ms() const {
  if (order_.empty()) return 0;
  return body_.batch.events[order_.front()].timestamp_us / 1000;
}

int64_t RecordedEvents::last_ms() const {
  if (order_.empty()) return 0;
  return body_.batch.events[order_.back()].timestamp_us / 1000;
}

bool RecordedEvents::Note(const Outcome& outcome) {
  if (outcome.batch.full) {
    std::fprintf(stderr,
                 "more ids are remembered than join.max_bytes allows; what "
                 "came then was not taken\n");
    return false;
  }
  for (const auto& error : outcome.batch.errors) {
    const Event& event = std::get<EventBatch>(command_).events[error.event];
    TellRejected(event.index, std::string(RejectName(error.reject)));
  }
  return true;
}

// "labels.ndjson:12"
std::string RecordedEvents::PlaceOf(uint32_t index) const {
  const auto next = std::upper_bound(
      files_.begin(), files_.end(), index,
      [](uint32_t i, const File& file) { return i < file.first; });
  const File& file = *(next - 1);
  return file.path + ":" + std::to_string(index - file.first + 1);
}

void RecordedEvents::TellRejected(uint32_t index, const std::string& why) {
  if (rejected_++ < kTold) {
    std::fprintf(stderr, "%s: rejected: %s\n", PlaceOf(index).c_str(),
                 why.c_str());
  }
}

}  // namespace plumbline
