#include "daemon/tool/event_report.h"

#include <cstdio>
#include <utility>

namespace plumbline {

EventReport::EventReport(std::vector<std::string> paths, std::string doing)
    : progress_(std::move(doing), "events") {
  for (std::string& path : paths) files_.push_back({std::move(path)});
}

void EventReport::Reject(FileLine place, std::string_view why) {
  ++files_[place.file].rejected;
  Tell(Name(place) + ": rejected: " + std::string(why));
}

void EventReport::RejectMore(uint64_t n, uint64_t of) {
  rejected_of_no_file_ += n;
  Tell("rejected: " + std::to_string(n) + " more of " + std::to_string(of) +
       " events that were sent at once; the answer does not list which");
}

void EventReport::Warn(FileLine place, uint64_t number, std::string_view kind,
                       std::string_view what) {
  Warned& warned = warned_[std::string(kind)];
  if (warned.events > 0 && warned.last == number) return;
  warned.last = number;
  if (warned.events++ > 0) return;
  warned.first = Name(place);
  if (!what.empty()) warned.first += ": " + std::string(what);
}

void EventReport::Tell(const std::string& line) {
  progress_.Clear();
  std::fprintf(stderr, "%s\n", line.c_str());
}

uint64_t EventReport::events() const {
  uint64_t events = 0;
  for (const File& file : files_) events += file.events;
  return events;
}

uint64_t EventReport::rejected() const {
  uint64_t rejected = rejected_of_no_file_;
  for (const File& file : files_) rejected += file.rejected;
  return rejected;
}

void EventReport::Summarize(uint64_t accepted, uint64_t duplicates) {
  for (const auto& [kind, warned] : warned_) {
    Tell("warning: " + kind + ": " + (more_warnings_ ? "at least " : "") +
         std::to_string(warned.events) + " events, the first at " +
         warned.first);
  }
  for (const File& file : files_) {
    Tell(file.path + ": " + std::to_string(file.events) + " events, " +
         std::to_string(file.rejected) + " rejected");
  }
  if (rejected_of_no_file_ > 0) {
    Tell("in unknown files: " + std::to_string(rejected_of_no_file_) +
         " rejected");
  }
  if (events() == 0) return Tell("no events");
  Tell("in all " + std::to_string(events()) + " events: accepted " +
       std::to_string(accepted) + ", duplicates " + std::to_string(duplicates) +
       ", rejected " + std::to_string(rejected()));
}

std::string EventReport::Name(FileLine place) const {
  return files_[place.file].path + ":" + std::to_string(place.line);
}

std::string Describe(const EventError& error) {
  std::string text(RejectName(error.reject));
  if (!error.message.empty()) text += ": " + error.message;
  return text;
}

}  // namespace plumbline
