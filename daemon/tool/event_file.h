// Files of events, as all tools read them: JSON or CSV, plain or gzip. The
// format is detected from the content.

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
  // nullptr, with *error, if it cannot be read. REQUIRES: `mapping` outlives
  // it.
  static std::unique_ptr<EventFile> Open(const std::string& path,
                                         const CsvMapping* mapping,
                                         std::string* error);

  bool Next(EventText* event) override { return events_->Next(event); }
  // False after the rest has proved unreadable.
  bool ok() const { return input_->ok(); }
  // From 0 to 1.
  double progress() const { return input_->progress(); }
  // The columns of a CSV; empty for other files.
  const std::vector<std::string>& columns() const { return columns_; }
  // The columns that are skipped without a flag saying so, in one line.
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

// The files of a command, each open at its beginning.
class EventFiles {
 public:
  // False, after printing why, if one cannot be read or the mapping fits none.
  // REQUIRES: `mapping` outlives this.
  bool Open(const std::vector<std::string>& paths, const CsvMapping* mapping,
            EventReport* report);

  size_t size() const { return files_.size(); }
  EventFile& operator[](size_t i) { return *files_[i]; }
  // Over all files, from 0 to 1.
  double progress() const;

 private:
  std::vector<std::unique_ptr<EventFile>> files_;
};

}  // namespace plumbline
