#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/settings/class_text.h"
#include "core/settings/nearest.h"
#include "daemon/decode/json_scan.h"
#include "daemon/tool/commands.h"
#include "daemon/tool/log_files.h"
#include "daemon/tool/log_rows.h"

namespace plumbline {
namespace {

constexpr size_t kPairsAtOnce = 1'000'000;

void ForEachRow(const LogFlags& flags, LogFiles* files, const VisitRow& visit,
                uint64_t* without_prediction) {
  if (flags.joined) {
    *without_prediction = ForEachPair(flags, kPairsAtOnce, files, visit);
  } else {
    ForEachRecord(flags, files, visit);
  }
}

void Print(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
}

// RFC 4180.
// A spreadsheet would run text that begins so as a formula.
bool IsFormula(const std::string& text) {
  constexpr std::string_view kBegins = "=+-@\t\r";
  return !text.empty() && kBegins.find(text[0]) != std::string_view::npos &&
         !IsJsonNumber(text);
}

std::string CsvCell(const std::string& value) {
  const std::string text = IsFormula(value) ? "'" + value : value;
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) {
    cell += c;
    if (c == '"') cell += c;
  }
  return cell + '"';
}

std::string CellOf(std::string_view value) {
  return value == "null" ? std::string() : TextOf(value);
}

// Calls visit(name, text) for each cell of a row. Each entry of an object has a
// column of its own, such as "features.age".
template <class Visit>
void ForEachCell(const LogRecord& row, Visit visit) {
  for (const JsonField& field : row.fields) {
    if (!field.value.starts_with('{')) {
      visit(field.key, CellOf(field.value));
      continue;
    }
    for (const JsonField& inner : FieldsOf(field.value)) {
      visit(field.key + "." + inner.key, CellOf(inner.value));
    }
  }
}

class CsvTable {
 public:
  void AddColumns(const LogRecord& row) {
    ForEachCell(row, [this](const std::string& name, const std::string&) {
      if (places_.try_emplace(name, names_.size()).second) {
        names_.push_back(name);
      }
    });
  }
  void PrintHeader() const { PrintRow(names_); }
  void PrintCells(const LogRecord& row) {
    cells_.assign(names_.size(), "");
    ForEachCell(row, [this](const std::string& name, const std::string& text) {
      const auto place = places_.find(name);
      if (place != places_.end()) cells_[place->second] = text;
    });
    PrintRow(cells_);
  }

 private:
  static void PrintRow(const std::vector<std::string>& cells) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += ',';
      line += CsvCell(cells[i]);
    }
    Print(line + "\n");
  }

  std::vector<std::string> names_;
  std::unordered_map<std::string, size_t> places_;
  std::vector<std::string> cells_;  // scratch
};

// The class of --outcome, if no pair has it as label or prediction in any
// spelling; else empty. A class of the other half alone is a valid question.
std::string UnknownClass(const char* half,
                         const std::optional<std::string>& text,
                         const LogFlags& flags, const LogFiles& files) {
  const auto classes = text ? files.Classes(flags.model) : std::nullopt;
  if (!classes) return "";
  const std::string_view canonical = CanonicalClass(*text);
  const bool known = std::any_of(
      classes->begin(), classes->end(),
      [canonical](const auto& one) { return IsSameClass(one, canonical); });
  if (known) return "";
  return std::string("--outcome ") + half + "=" + *text + ": no pair " +
         (flags.model ? "of model " + *flags.model + " " : "") +
         "has this class" + NearestHint(canonical, *classes);
}

// The model or version that no record has, or empty.
std::string UnknownName(const LogFlags& flags, const LogFiles& files) {
  const auto unknown = [](const char* flag,
                          const std::optional<std::string>& name,
                          const std::vector<std::string>& names) {
    if (!name || std::find(names.begin(), names.end(), *name) != names.end()) {
      return std::string();
    }
    return std::string(flag) + " " + *name + ": no record is of it" +
           NearestHint(*name, names);
  };
  const std::string model = unknown("--model", flags.model, files.models());
  if (!model.empty()) return model;
  const std::string version =
      unknown("--version", flags.version, files.versions());
  if (!version.empty()) return version;
  const std::string actual = UnknownClass("actual", flags.actual, flags, files);
  if (!actual.empty()) return actual;
  return UnknownClass("predicted", flags.predicted, flags, files);
}

}  // namespace

int ReadLog(const LogFlags& flags) {
  LogFiles files(flags.path);
  if (files.empty()) {
    std::fprintf(stderr, "%s: has no files of an event log\n",
                 flags.path.c_str());
    return 1;
  }
  uint64_t without_prediction = 0;
  if (flags.csv) {
    CsvTable table;
    ForEachRow(
        flags, &files, [&](const LogRecord& row) { table.AddColumns(row); },
        &without_prediction);
    table.PrintHeader();
    ForEachRow(
        flags, &files, [&](const LogRecord& row) { table.PrintCells(row); },
        &without_prediction);
  } else {
    ForEachRow(
        flags, &files, [](const LogRecord& row) { Print(row.line + "\n"); },
        &without_prediction);
  }
  if (without_prediction > 0) {
    std::fprintf(stderr,
                 "%llu pairs have no prediction in the log and are left out\n",
                 static_cast<unsigned long long>(without_prediction));
  }
  for (const std::string& problem : files.problems()) {
    std::fprintf(stderr, "%s\n", problem.c_str());
  }
  const std::string unknown = UnknownName(flags, files);
  if (!unknown.empty()) {
    std::fprintf(stderr, "plumbtool: %s\n", unknown.c_str());
    return 2;
  }
  return files.problems().empty() ? 0 : 1;
}

}  // namespace plumbline
