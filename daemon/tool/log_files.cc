#include "daemon/tool/log_files.h"

#include <algorithm>
#include <filesystem>

#include "daemon/gzip/gzip.h"

namespace plumbline {

namespace fs = std::filesystem;

std::string_view LogRecord::Raw(std::string_view key) const {
  const auto field =
      std::find_if(fields.begin(), fields.end(),
                   [key](const JsonField& f) { return f.key == key; });
  return field == fields.end() ? std::string_view() : field->value;
}

LogFiles::LogFiles(const std::string& path) {
  if (!fs::is_directory(path)) {
    paths_ = {path};
    return;
  }
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    const bool of_log =
        name.starts_with("events-") &&
        (name.ends_with(".ndjson.gz") || name.ends_with(".ndjson.gz.open"));
    if (of_log) paths_.push_back(entry.path().string());
  }
  std::sort(paths_.begin(), paths_.end());
}

void LogFiles::ForEach(const std::function<void(const LogRecord&)>& visit) {
  problems_.clear();
  for (const std::string& path : paths_) {
    // One that is complete by now has another name.
    const bool open = path.ends_with(".open");
    auto reader = LineReader::Open(path);
    if (reader == nullptr && open) {
      reader = LineReader::Open(path.substr(0, path.size() - 5));
    }
    if (reader == nullptr) {
      problems_.push_back(path + ": cannot be read");
      continue;
    }
    LogRecord record;
    while (reader->Next(&record.line)) {
      // Of a damaged file, what is plainly no record is left out.
      if (!record.line.starts_with("{\"kind\":\"") ||
          !record.line.ends_with('}')) {
        continue;
      }
      record.fields = FieldsOf(record.line);
      visit(record);
    }
    if (!reader->ok() && !open) problems_.push_back(path + ": is damaged");
  }
}

}  // namespace plumbline
