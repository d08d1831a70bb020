#include "daemon/tool/event_file.h"

#include <algorithm>
#include <utility>

#include "daemon/tool/csv_events.h"
#include "daemon/tool/json_events.h"

namespace plumbline {
namespace {

constexpr size_t kLongestHeader = size_t{1} << 20;

bool HasCsvName(std::string path) {
  if (path.ends_with(".gz")) path.resize(path.size() - 3);
  return path.ends_with(".csv") || path.ends_with(".tsv") ||
         path.ends_with(".CSV") || path.ends_with(".TSV");
}

// Skips blank lines.
std::string_view FirstLine(TextInput* input) {
  for (;;) {
    const std::string_view line = input->LineAhead(kLongestHeader);
    const bool blank = line.find_first_not_of(" \t") == line.npos;
    if (!blank || input->Ahead().empty()) return line;
    input->TakeLine();
  }
}

bool IsCsv(const std::string& path, const CsvMapping& mapping,
           std::string_view first_line) {
  const size_t begin = first_line.find_first_not_of(" \t\x1e");
  if (begin == first_line.npos) return false;
  if (first_line[begin] == '{' || first_line[begin] == '[') return false;
  return HasCsvName(path) || !mapping.empty() || LooksLikeCsv(first_line);
}

}  // namespace

std::unique_ptr<EventFile> EventFile::Open(const std::string& path,
                                           const CsvMapping* mapping,
                                           std::string* error) {
  std::unique_ptr<EventFile> file(new EventFile);
  file->input_ = TextInput::Open(path, error);
  if (file->input_ == nullptr) return nullptr;
  if (IsCsv(path, *mapping, FirstLine(file->input_.get()))) {
    auto rows = std::make_unique<CsvEvents>(file->input_.get(), mapping);
    file->columns_ = rows->columns();
    file->problem_ = rows->Problem();
    file->left_out_ = rows->LeftOut();
    file->events_ = std::move(rows);
  } else {
    file->events_ = std::make_unique<JsonEvents>(file->input_.get());
  }
  return file;
}

bool EventFiles::Open(const std::vector<std::string>& paths,
                      const CsvMapping* mapping, EventReport* report) {
  std::vector<std::string> columns;
  for (const std::string& path : paths) {
    std::string error;
    auto file = EventFile::Open(path, mapping, &error);
    if (file == nullptr) {
      report->Tell(path + ": " + error);
      return false;
    }
    columns.insert(columns.end(), file->columns().begin(),
                   file->columns().end());
    files_.push_back(std::move(file));
  }
  std::string wrong;
  if (!mapping->empty() && columns.empty()) {
    wrong = "--map and --constant are for CSV, and no file is one";
  } else {
    wrong = mapping->Check(columns);
  }
  for (size_t i = 0; i < paths.size() && wrong.empty(); ++i) {
    if (!files_[i]->problem_.empty()) {
      wrong = paths[i] + ": " + files_[i]->problem_;
    }
  }
  if (!wrong.empty()) {
    report->Tell(wrong);
    return false;
  }
  for (size_t i = 0; i < paths.size(); ++i) {
    const std::string& left_out = files_[i]->left_out();
    if (!left_out.empty()) report->Tell(paths[i] + ": " + left_out);
  }
  return true;
}

double EventFiles::progress() const {
  double sum = 0;
  for (const auto& file : files_) sum += file->progress();
  return sum / static_cast<double>(std::max<size_t>(files_.size(), 1));
}

}  // namespace plumbline
