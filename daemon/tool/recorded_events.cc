#include "daemon/tool/recorded_events.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <set>
#include <utility>

#include "config/loader.h"
#include "daemon/decode/explain.h"

namespace plumbline {
namespace {

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
    const EventFilesFlags& flags, const Config& config, const IdHasher& hasher,
    EventReport* report) {
  std::string error;
  const auto mapping = CsvMapping::Parse(flags.map, flags.constants, &error);
  if (!mapping) {
    report->Tell("plumbtool: " + error);
    return nullptr;
  }
  EventFiles files;
  if (!files.Open(flags.files, &*mapping, report)) return nullptr;
  std::unique_ptr<RecordedEvents> events(new RecordedEvents(report));
  BodyDecoder decoder(&hasher);
  DecodeLimits limits = DecodeLimitsOf(config);
  limits.events_per_request = UINT64_MAX;
  limits.future_us = 0;
  if (!events->Read(&files, limits, &decoder)) return nullptr;
  events->Sort();
  return events;
}

bool RecordedEvents::Read(EventFiles* files, const DecodeLimits& limits,
                          BodyDecoder* decoder) {
  Progress progress("reading", "events");
  for (uint32_t i = 0; i < files->size(); ++i) {
    EventFile& file = (*files)[i];
    for (EventText event; file.Next(&event);) {
      Add(event, {i, static_cast<uint32_t>(event.line)}, limits, decoder);
      progress.Show(files->progress(), body_.events);
    }
    if (!file.ok()) {
      report_.Tell(report_.path(i) + ": is damaged");
      return false;
    }
  }
  return true;
}

void RecordedEvents::Add(const EventText& event, FileLine place,
                         const DecodeLimits& limits, BodyDecoder* decoder) {
  auto& events = body_.batch.events;
  const size_t before = events.size();
  report_.CountEvent(place);
  if (!event.problem.empty()) return report_.Reject(place, event.problem);
  std::string padded = event.json;
  padded.reserve(padded.size() + BodyDecoder::Padding());
  decoder->DecodeLine(padded, limits, kNoClock, &body_);
  places_.push_back(place);
  if (events.size() == before) {
    report_.Reject(place,
                   body_.errors.empty() ? "" : Describe(body_.errors[0]));
  } else if (events.back().timestamp_us == kNoTimestamp) {
    report_.Reject(place, "has no timestamp; each event needs one");
    events.pop_back();
  }
  for (const EventWarning& warning : body_.warnings) {
    Warn(warning);
  }
  if (body_.warnings.size() >= kListedWarnings) report_.WarnOfMore();
  body_.errors.clear();
  body_.warnings.clear();
}

void RecordedEvents::Sort() {
  const auto& events = body_.batch.events;
  order_.resize(events.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::stable_sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
    return events[a].timestamp_us < events[b].timestamp_us;
  });
}

std::vector<std::string> RecordedEvents::models() const {
  std::set<std::string> names;
  std::vector<bool> seen(body_.batch.names.size());
  for (const Event& event : body_.batch.events) {
    if (seen[event.model]) continue;
    seen[event.model] = true;
    names.emplace(body_.batch.names[event.model]);
  }
  return {names.begin(), names.end()};
}

int64_t RecordedEvents::last_ms() const {
  if (order_.empty()) return 0;
  return body_.batch.events[order_.back()].timestamp_us / 1000;
}

Ingested RecordedEvents::Apply(const Command& command, int64_t now_ms,
                               Pipeline* pipeline) {
  Ingested ingested = CommitEvents(command, now_ms, nullptr, pipeline);
  if (ingested.status == Ingested::Status::kFull) {
    report_.Tell(
        "more ids are remembered than join.max_bytes allows; what came then "
        "was not taken");
  }
  if (ingested.status != Ingested::Status::kTaken) return ingested;
  const BatchOutcome& outcome = ingested.outcome;
  accepted_ += outcome.accepted;
  duplicates_ += outcome.duplicates;
  const auto& batch = std::get<EventBatch>(command);
  for (const auto& error : outcome.errors) {
    const EventError explained = Explain(batch, error);
    report_.Reject(places_[explained.index], Describe(explained));
  }
  for (const auto& warned : outcome.warnings) {
    Warn(Explain(batch, warned));
  }
  return ingested;
}

void RecordedEvents::Warn(const EventWarning& warning) {
  report_.Warn(places_[warning.index], warning.index,
               WarningName(warning.warning), warning.message);
}

}  // namespace plumbline
