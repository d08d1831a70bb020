// The events of several files in the order of their timestamps; ties follow the
// order of files and lines.

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

  // False, after printing why. A sorted regular file is read as its events are
  // needed; other files and the standard input are read into memory and sorted.
  // REQUIRES: `mapping` and `report` outlive this.
  bool Open(const std::vector<std::string>& paths, const CsvMapping* mapping,
            EventReport* report);

  // False at the end. Texts that the file's reader cannot take for events are
  // reported and skipped. An event without a timestamp follows the one before
  // it.
  bool Next(Item* item);

  // False, after printing why, if a file could not be read to its end.
  bool ok() const { return ok_; }
  double progress() const { return files_.progress(); }

 private:
  struct Source {
    uint32_t file = 0;
    int64_t last_us = 0;  // timestamp read last
    bool sorted = false;
    std::vector<Item> items;  // if sorted, in reverse
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
