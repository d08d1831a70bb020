#include "daemon/tool/log_files.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/settings/class_text.h"
#include "daemon/tool/json_events.h"
#include "daemon/tool/text_input.h"

namespace plumbline {

namespace fs = std::filesystem;
namespace {

// Per model: a regression has as many classes as values.
constexpr size_t kMostClasses = 10'000;

void Note(std::string_view name, std::set<std::string, std::less<>>* names) {
  if (names->find(name) == names->end()) names->emplace(name);
}

}  // namespace

std::string_view LogRecord::Raw(std::string_view key) const {
  const auto field =
      std::find_if(fields.begin(), fields.end(),
                   [key](const JsonField& f) { return f.key == key; });
  return field == fields.end() ? std::string_view() : field->value;
}

std::vector<std::string> LogFiles::TextsOf(const Names& names) {
  std::vector<std::string> texts;
  for (const std::string& name : names) texts.push_back(TextOf(name));
  return texts;
}

void LogFiles::NoteClasses(const LogRecord& record) {
  const std::string_view model = record.Raw("model");
  auto found = classes_.find(model);
  if (found == classes_.end()) {
    found = classes_.try_emplace(std::string(model)).first;
  }
  for (const char* half : {"label", "prediction"}) {
    if (found->second.size() > kMostClasses) return;
    if (record.Has(half)) Note(record.Raw(half), &found->second);
  }
}

std::optional<std::vector<std::string>> LogFiles::Classes(
    const std::optional<std::string>& model) const {
  std::set<std::string> classes;
  for (const auto& [name, noted] : classes_) {
    if (model && TextOf(name) != *model) continue;
    if (noted.size() > kMostClasses) return std::nullopt;
    for (const std::string& text : TextsOf(noted)) {
      classes.emplace(CanonicalClass(text));
    }
  }
  return std::vector<std::string>(classes.begin(), classes.end());
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
  records_ = 0;
  for (file_ = 0; file_ < paths_.size(); ++file_) Read(paths_[file_], visit);
  progress_.Clear();
}

void LogFiles::Read(const std::string& path,
                    const std::function<void(const LogRecord&)>& visit) {
  // A file that was completed meanwhile has another name.
  const bool open = path.ends_with(".open");
  std::string error;
  auto input = TextInput::Open(path, &error);
  if (input == nullptr && open) {
    input = TextInput::Open(path.substr(0, path.size() - 5), &error);
  }
  if (input == nullptr) {
    problems_.push_back(path + ": " + error);
    return;
  }
  JsonEvents lines(input.get());
  LogRecord record;
  for (EventText text; lines.Next(&text);) {
    ++records_;
    progress_.Show((static_cast<double>(file_) + input->progress()) /
                       static_cast<double>(paths_.size()),
                   records_);
    record.line = std::move(text.json);
    record.fields.clear();
    if (record.line.starts_with('{') && record.line.ends_with('}')) {
      record.fields = FieldsOf(record.line);
    }
    // The last line of a file that is being written may be incomplete.
    if (record.Has("kind")) {
      Note(record.Raw("model"), &models_);
      Note(record.Raw("version"), &versions_);
      if (record.Raw("kind") == "\"observation\"") NoteClasses(record);
      visit(record);
    } else if (!open) {
      problems_.push_back(path + ":" + std::to_string(text.line) +
                          ": is not a record of an event log");
    }
  }
  if (!input->ok() && !open) problems_.push_back(path + ": is damaged");
}

}  // namespace plumbline
