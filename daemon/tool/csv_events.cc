#include "daemon/tool/csv_events.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "daemon/text/json_string.h"
#include "daemon/tool/csv_value.h"

namespace plumbline {
namespace {

constexpr size_t kLongestLine = size_t{16} << 20;
constexpr size_t kLongestRow = size_t{1} << 20;  // of several lines
constexpr size_t kListedColumns = 20;
constexpr std::string_view kDelimiters = ",;\t";

// JSON in a cell may span several lines.
void PutOnOneLine(std::string* json) {
  std::replace_if(
      json->begin(), json->end(), [](char c) { return c == '\n' || c == '\r'; },
      ' ');
}

std::string Quoted(std::string_view text) {
  std::string quoted;
  AppendJsonString(text, &quoted);
  return quoted;
}

// A name as messages list it, on one line.
std::string Shown(const std::string& name) {
  const bool plain =
      !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == 0x7f || c == ',';
      });
  return plain ? name : Quoted(name);
}

void AppendList(const char* title, const std::vector<std::string>& items,
                std::string* text) {
  if (items.empty()) return;
  if (!text->empty()) *text += "; ";
  *text += title;
  for (size_t i = 0; i < std::min(items.size(), kListedColumns); ++i) {
    if (i > 0) *text += ", ";
    *text += items[i];
  }
  if (items.size() > kListedColumns) {
    *text += " and " + std::to_string(items.size() - kListedColumns) + " more";
  }
}

CsvCells CellsOf(const std::string& header, char delimiter) {
  CsvCells cells;
  CsvReader(delimiter).Add(header + "\n", &cells);
  return cells;
}

// The delimiter of this header: a comma, a semicolon or a tab.
char DelimiterOf(std::string_view header) {
  std::array<size_t, kDelimiters.size()> counts{};
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    const size_t which = kDelimiters.find(c);
    if (!quoted && which != kDelimiters.npos) ++counts[which];
  }
  const auto* const most = std::max_element(counts.begin(), counts.end());
  return kDelimiters[static_cast<size_t>(most - counts.begin())];
}

}  // namespace

bool LooksLikeCsv(std::string_view header) {
  const CsvCells cells = CellsOf(std::string(header), DelimiterOf(header));
  static constexpr std::array<std::string_view, 4> kTelling = {
      "model", "prediction", "label", "id"};
  return std::any_of(cells.begin(), cells.end(), [](const std::string& cell) {
    return std::find(kTelling.begin(), kTelling.end(), cell) != kTelling.end();
  });
}

CsvEvents::CsvEvents(TextInput* input, const CsvMapping* mapping)
    : in_(*input), reader_(DelimiterOf(input->LineAhead(kLongestLine))) {
  EventText none;
  TakeRow(&header_, &none);
  FindTargets(*mapping);
}

void CsvEvents::FindTargets(const CsvMapping& mapping) {
  for (const auto& constant : mapping.constants()) {
    targets_.push_back({constant.field, kConstant, constant.value});
  }
  std::vector<bool> used(header_.size());
  for (const auto& mapped : mapping.columns()) {
    const auto column = std::find(header_.begin(), header_.end(), mapped.value);
    if (column == header_.end()) continue;
    const auto cell = static_cast<size_t>(column - header_.begin());
    used[cell] = true;
    targets_.push_back({mapped.field, cell, ""});
  }
  // Columns without a mapping are matched by their names.
  for (size_t cell = 0; cell < header_.size(); ++cell) {
    const auto field = FindCsvField(header_[cell]);
    const bool taken =
        !field || used[cell] || mapping.Has(*field) ||
        std::any_of(targets_.begin(), targets_.end(),
                    [&](const Target& t) { return t.field == *field; });
    if (!taken) targets_.push_back({*field, cell, ""});
  }
  std::stable_sort(targets_.begin(), targets_.end(),
                   [](const Target& a, const Target& b) {
                     return a.field.object < b.field.object;
                   });
}

bool CsvEvents::Has(const char* field) const {
  return std::any_of(
      targets_.begin(), targets_.end(),
      [field](const Target& t) { return t.field.FullName() == field; });
}

std::string CsvEvents::Problem() const {
  std::string missing;
  if (!Has("prediction") && !Has("label")) {
    missing = "prediction or label, such as by --map prediction=COLUMN";
  } else if (!Has("model")) {
    missing = "model, such as by --constant model=NAME";
  } else {
    return "";
  }
  std::string problem = "no column is known to be its " + missing + "; it has ";
  for (const std::string& name : header_) {
    if (&name != &header_.front()) problem += ", ";
    problem += name;
  }
  return problem;
}

std::string CsvEvents::LeftOut() const {
  std::map<std::string_view, size_t> first;  // cells by name
  std::vector<std::string> close;
  std::vector<std::string> others;
  std::vector<std::string> twice;
  for (size_t cell = 0; cell < header_.size(); ++cell) {
    const std::string& name = header_[cell];
    const std::string shown = Shown(name);
    const auto [known, is_first] = first.try_emplace(name, cell);
    if (!is_first) {
      const bool told =
          std::find(twice.begin(), twice.end(), shown) != twice.end();
      if (!told && IsRead(known->second)) twice.push_back(shown);
    } else if (!IsRead(cell) && !FindCsvField(name)) {
      const std::string field = CloseCsvField(name);
      if (field.empty()) {
        others.push_back(shown);
      } else {
        close.push_back(shown + " (the nearest: " + Quoted(field) + ")");
      }
    }
  }
  // Columns with a name close to a field's come first in a long list.
  close.insert(close.end(), others.begin(), others.end());
  std::string text;
  AppendList("left out, as no field has the name: ", close, &text);
  AppendList("there twice, and the first counts: ", twice, &text);
  return text;
}

bool CsvEvents::IsRead(size_t cell) const {
  return std::any_of(targets_.begin(), targets_.end(),
                     [cell](const Target& t) { return t.cell == cell; });
}

bool CsvEvents::Next(EventText* event) {
  CsvCells cells;
  for (;;) {
    event->json.clear();
    event->problem.clear();
    if (!TakeRow(&cells, event)) return false;
    if (!event->problem.empty()) return true;
    const bool any =
        std::any_of(cells.begin(), cells.end(),
                    [](const auto& cell) { return !cell.empty(); });
    if (!any) continue;
    if (cells.size() == header_.size()) {
      event->json = Json(cells);
      return true;
    }
    RowIsBroken("has " + std::to_string(cells.size()) +
                    " cells, and the header has " +
                    std::to_string(header_.size()),
                event);
    return true;
  }
}

// Reads the cells of the next row. False at the end. An unterminated row is a
// problem of the event.
bool CsvEvents::TakeRow(CsvCells* cells, EventText* event) {
  row_.clear();
  size_t bytes = 0;
  for (Line line; TakeLine(&line);) {
    const bool blank =
        line.text.find_first_not_of(" \t\r\n") == std::string::npos;
    if (row_.empty()) {
      if (blank) continue;
      event->line = line.number;
    }
    if (line.text.size() > kLongestLine) {
      event->problem = "is longer than 16 MiB";
      reader_.Restart();
      return true;
    }
    bytes += line.text.size();
    row_.push_back(std::move(line));
    if (reader_.Add(row_.back().text, cells)) return true;
    if (row_.size() > 1 && bytes > kLongestRow) break;
  }
  if (row_.empty()) return false;
  RowIsBroken("a quoted cell does not end", event);
  return true;
}

// Skips the first line, and reads the supposed further lines again: a missing
// quote costs no other row.
void CsvEvents::RowIsBroken(std::string problem, EventText* event) {
  event->problem = std::move(problem);
  reader_.Restart();
  again_.insert(again_.begin(), std::make_move_iterator(row_.begin() + 1),
                std::make_move_iterator(row_.end()));
  row_.clear();
}

bool CsvEvents::TakeLine(Line* line) {
  if (!again_.empty()) {
    *line = std::move(again_.front());
    again_.pop_front();
    return true;
  }
  const std::string_view ahead = in_.LineAhead(kLongestLine + 1);
  if (ahead.empty() && in_.Ahead().empty()) return false;
  line->number = in_.line();
  line->text.assign(ahead);
  line->text += '\n';
  in_.TakeLine();
  return true;
}

const std::string& CsvEvents::CellOf(const Target& target,
                                     const CsvCells& cells) {
  return target.cell == kConstant ? target.value : cells[target.cell];
}

std::string CsvEvents::Json(const CsvCells& cells) const {
  std::string json = "{";
  const std::string* open = nullptr;  // the object being written
  // A missing score would count as 0.
  const bool has_scores =
      std::any_of(targets_.begin(), targets_.end(), [&](const Target& target) {
        return target.field.object == "scores" &&
               !IsMissingCell(CellOf(target, cells));
      });
  for (const Target& target : targets_) {
    const CsvField& field = target.field;
    std::string value;
    if (!AppendCell(field.kind, CellOf(target, cells), &value)) {
      if (!has_scores || field.object != "scores") continue;
      value = "null";
    }
    if (open != nullptr && *open != field.object) {
      json += '}';
      open = nullptr;
    }
    if (json.back() != '{') json += ',';
    if (open == nullptr && !field.object.empty()) {
      open = &field.object;
      AppendJsonString(field.object, &json);
      json += ":{";
    }
    AppendJsonString(field.name, &json);
    json += ':';
    json += value;
  }
  if (open != nullptr) json += '}';
  json += '}';
  PutOnOneLine(&json);
  return json;
}

}  // namespace plumbline
