// The records of an event log, from its files.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/json_scan.h"

namespace plumbline {

// A line of the log. The views are into it.
struct LogRecord {
  std::string line;
  std::vector<JsonField> fields;

  // The field's text; empty if it is not there.
  std::string_view Raw(std::string_view key) const;
  bool Has(std::string_view key) const { return !Raw(key).empty(); }
  // What it says; see TextOf.
  std::string Text(std::string_view key) const { return TextOf(Raw(key)); }
};

class LogFiles {
 public:
  // A directory with files of a log, in the order of their names, or one file.
  explicit LogFiles(const std::string& path);

  bool empty() const { return paths_.empty(); }
  // What could not be read to its end, with what is wrong.
  const std::vector<std::string>& problems() const { return problems_; }

  // Each record, in order. One that is being written is read as far as it is.
  void ForEach(const std::function<void(const LogRecord&)>& visit);

 private:
  std::vector<std::string> paths_;
  std::vector<std::string> problems_;
};

}  // namespace plumbline
