// Files of events, as all tools read them: JSON or CSV, plain or gzip; what
// they hold says which.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/tool/csv_mapping.h"
#include "daemon/tool/event_report.h"
#include "daemon/tool/event_text.h"
#include "daemon/tool/text_input.h"

namespace plumbline {

class EventFile : public EventSource {
 public:
  // nullptr, with what is wrong. `mapping` must outlive it.
  static std::unique_ptr<EventFile> Open(const std::string& path,
                                         const CsvMapping* mapping,
                                         std::string* error);

  bool Next(EventText* event) override { return events_->Next(event); }
  // False once it turned out that the rest cannot be read.
  bool ok() const { return input_->ok(); }
  // From 0 to 1.
  double progress() const { return input_->progress(); }
  // Of a CSV; of other files none.
  const std::vector<std::string>& columns() const { return columns_; }
  // Which of them are not read, though nobody said so, in one line, or nothing.
  const std::string& left_out() const { return left_out_; }

 private:
  EventFile() = default;

  std::unique_ptr<TextInput> input_;
  std::unique_ptr<EventSource> events_;
  std::vector<std::string> columns_;
  std::string problem_;
  std::string left_out_;

  friend class EventFiles;
};

// Those that a tool was given, each open at its beginning.
class EventFiles {
 public:
  // False, after telling what is wrong, if one cannot be read or the mapping
  // fits none. `mapping` must outlive it.
  bool Open(const std::vector<std::string>& paths, const CsvMapping* mapping,
            EventReport* report);

  size_t size() const { return files_.size(); }
  EventFile& operator[](size_t i) { return *files_[i]; }
  // Of all, from 0 to 1.
  double progress() const;

 private:
  std::vector<std::unique_ptr<EventFile>> files_;
};

}  // namespace plumbline
