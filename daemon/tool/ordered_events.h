// The events of several files by their timestamps, equal ones as the files and
// their lines are given.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/decode/timestamp_field.h"
#include "daemon/tool/event_file.h"

namespace plumbline {

class OrderedEvents {
 public:
  struct Item {
    std::string json;
    FileLine place;
    int64_t time_us = 0;
  };

  // False, after telling what is wrong. A file that is in order is read as its
  // events are asked for; one that is not, the standard input, and what is no
  // regular file are read into memory and sorted. All must outlive it.
  bool Open(const std::vector<std::string>& paths, const CsvMapping* mapping,
            EventReport* report);

  // False at the end. What is no event by the look of its file is reported, and
  // left out. An event without a timestamp follows the one before it.
  bool Next(Item* item);

  // False if a file could not be read to its end, which is told.
  bool ok() const { return ok_; }
  double progress() const { return files_.progress(); }

 private:
  struct Source {
    uint32_t file = 0;
    int64_t last_us = 0;  // of what was read
    bool sorted = false;
    std::vector<Item> items;  // where sorted, from the last to the first
    Item next;
    bool done = false;
  };

  bool IsInOrder(const std::string& path, const CsvMapping* mapping);
  bool Read(Source* source, Item* item);
  void Sort(Source* source);
  void Advance(Source* source);

  EventReport* report_ = nullptr;
  std::vector<std::string> paths_;
  EventFiles files_;
  std::vector<Source> sources_;
  TimestampField timestamps_;
  bool ok_ = true;
};

}  // namespace plumbline
