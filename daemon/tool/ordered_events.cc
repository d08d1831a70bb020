#include "daemon/tool/ordered_events.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace plumbline {
namespace {

// False for pipes: reading consumes them.
bool CanBeReadTwice(const std::string& path) {
  std::error_code error;
  return path != "-" && std::filesystem::is_regular_file(path, error);
}

}  // namespace

bool OrderedEvents::Open(const std::vector<std::string>& paths,
                         const CsvMapping* mapping, EventReport* report) {
  report_ = report;
  paths_ = paths;
  if (!files_.Open(paths, mapping, report)) return false;
  sources_.resize(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    sources_[i].file = static_cast<uint32_t>(i);
    sources_[i].sorted =
        !CanBeReadTwice(paths[i]) || !IsInOrder(paths[i], mapping);
    if (sources_[i].sorted) Sort(&sources_[i]);
    Advance(&sources_[i]);
  }
  return true;
}

bool OrderedEvents::IsInOrder(const std::string& path,
                              const CsvMapping* mapping) {
  std::string error;
  const auto file = EventFile::Open(path, mapping, &error);
  if (file == nullptr) return true;
  Progress progress("looking at " + path, "events");
  uint64_t seen = 0;
  int64_t last_us = INT64_MIN;
  for (EventText event; file->Next(&event);) {
    progress.Show(file->progress(), ++seen);
    const auto time_us = timestamps_.Read(event.json);
    if (!time_us) continue;
    if (*time_us < last_us) return false;
    last_us = *time_us;
  }
  return true;
}

void OrderedEvents::Sort(Source* source) {
  for (Item item; Read(source, &item);) {
    source->items.push_back(std::exchange(item, {}));
  }
  std::stable_sort(
      source->items.begin(), source->items.end(),
      [](const Item& a, const Item& b) { return a.time_us < b.time_us; });
  std::reverse(source->items.begin(), source->items.end());
}

bool OrderedEvents::Read(Source* source, Item* item) {
  EventFile& file = files_[source->file];
  for (EventText event; file.Next(&event);) {
    item->place = {source->file, static_cast<uint32_t>(event.line)};
    report_->CountEvent(item->place);
    if (!event.problem.empty()) {
      report_->Reject(item->place, event.problem);
      continue;
    }
    if (const auto time_us = timestamps_.Read(event.json)) {
      source->last_us = *time_us;
    }
    item->time_us = source->last_us;
    item->json = std::move(event.json);
    return true;
  }
  if (!file.ok() && !source->done) {
    ok_ = false;
    report_->Tell(paths_[source->file] + ": is damaged");
  }
  return false;
}

void OrderedEvents::Advance(Source* source) {
  if (!source->sorted) {
    source->done = !Read(source, &source->next);
  } else if (source->items.empty()) {
    source->done = true;
  } else {
    source->next = std::move(source->items.back());
    source->items.pop_back();
  }
}

bool OrderedEvents::Next(Item* item) {
  Source* first = nullptr;
  for (Source& source : sources_) {
    if (source.done) continue;
    if (first == nullptr || source.next.time_us < first->next.time_us) {
      first = &source;
    }
  }
  if (first == nullptr) return false;
  *item = std::move(first->next);
  Advance(first);
  return true;
}

}  // namespace plumbline
