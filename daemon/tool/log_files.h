// The records of an event log, from its files.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/json_scan.h"
#include "daemon/tool/progress.h"

namespace plumbline {

// A line of the log. The fields are views into it.
struct LogRecord {
  std::string line;
  std::vector<JsonField> fields;

  // The JSON text of the field; empty if it is absent.
  std::string_view Raw(std::string_view key) const;
  bool Has(std::string_view key) const { return !Raw(key).empty(); }
  // Its value as text; see TextOf.
  std::string Text(std::string_view key) const { return TextOf(Raw(key)); }
};

class LogFiles {
 public:
  // `path`: one file, or a directory of files, read in the order of their
  // names.
  explicit LogFiles(const std::string& path);

  bool empty() const { return paths_.empty(); }
  // The files that could not be read to their end, with the reasons.
  const std::vector<std::string>& problems() const { return problems_; }

  // The models and versions of the records read so far.
  std::vector<std::string> models() const { return TextsOf(models_); }
  std::vector<std::string> versions() const { return TextsOf(versions_); }

  // The classes of pairs, as label or prediction, of one model or of all, in
  // canonical spelling. nullopt if there are too many to keep.
  std::optional<std::vector<std::string>> Classes(
      const std::optional<std::string>& model) const;

  // Visits each record in order. A file that is being written is read as far as
  // it goes. Lines that are no records are skipped, and listed in problems().
  void ForEach(const std::function<void(const LogRecord&)>& visit);

 private:
  // As they stand in the files.
  using Names = std::set<std::string, std::less<>>;

  static std::vector<std::string> TextsOf(const Names& names);
  void NoteClasses(const LogRecord& record);
  void Read(const std::string& path,
            const std::function<void(const LogRecord&)>& visit);

  std::vector<std::string> paths_;
  std::vector<std::string> problems_;
  Names models_;
  Names versions_;
  std::map<std::string, Names, std::less<>> classes_;  // by model
  Progress progress_{"reading", "records"};
  size_t file_ = 0;       // being read
  uint64_t records_ = 0;  // read so far
};

}  // namespace plumbline
