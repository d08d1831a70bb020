#include "daemon/tool/csv_events.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "daemon/decode/json_scan.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

constexpr size_t kLongestLine = size_t{16} << 20;
constexpr size_t kLongestRow = size_t{1} << 20;  // of several lines
constexpr size_t kListedColumns = 20;
constexpr std::string_view kDelimiters = ",;\t";

using Kind = CsvField::Kind;

// What exports write where there is nothing.
bool IsMissing(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMissing = {
      "",     "NaN",  "nan",  "-nan", "NA",   "N/A",
      "#N/A", "<NA>", "null", "NULL", "None", "NaT"};
  return std::find(kMissing.begin(), kMissing.end(), text) != kMissing.end();
}

// Such as "-Inf", in any case.
bool IsInfinite(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  std::string lower(text.substr(0, sizeof("infinity")));
  for (char& c : lower) c |= 'a' ^ 'A';
  return lower == "inf" || lower == "infinity";
}

// Unix time as text: 20261129 is none, and seconds of 1970 as a number.
bool IsDigitsOfTime(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Integers beyond 64 bits are no numbers of JSON's, but may be classes.
bool IsLongInteger(std::string_view text) {
  constexpr size_t kMost = 18;
  return text.size() > kMost && text.find_first_of(".eE") == text.npos;
}

// Data frames write the integers of a column so where one is missing.
std::string_view IdOf(std::string_view text) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (!text.ends_with(".0")) return text;
  const std::string_view whole = text.substr(0, text.size() - 2);
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(whole.data(), whole.data() + whole.size(), value);
  const bool is_one = error == std::errc() &&
                      end == whole.data() + whole.size() &&
                      IsJsonNumber(whole) && value > -kExact && value < kExact;
  if (!is_one) return text;
  return value == 0 ? "0" : whole;
}

void AppendText(std::string_view text, std::string* json) {
  AppendJsonString(text, json);
}

bool IsDigitAt(std::string_view text, size_t i) {
  return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

// A number as JSON writes it: "+1" is 1, ".5" 0.5, and "5." 5.0. Nothing if the
// text is no number.
std::string JsonNumberOf(std::string_view text) {
  if (IsJsonNumber(text)) return std::string(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return "";
  }
  std::string number(text);
  const size_t point = number.find('.');
  if (point != number.npos) {
    const bool before = point > 0 && IsDigitAt(number, point - 1);
    const bool behind = IsDigitAt(number, point + 1);
    if (before && !behind) number.insert(point + 1, "0");
    if (behind && !before) number.insert(point, "0");
  }
  return IsJsonNumber(number) ? number : "";
}

void AppendNumber(std::string_view text, std::string* json) {
  const std::string as_json = JsonNumberOf(text);
  if (!as_json.empty()) {
    *json += as_json;
    return;
  }
  // With zeros ahead.
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() ||
      !std::isfinite(number)) {
    return AppendText(text, json);  // whoever reads it says what is wrong
  }
  char shortest[32];
  const auto written =
      std::to_chars(shortest, shortest + sizeof(shortest), number);
  json->append(shortest, written.ptr);
}

void AppendNumberOrText(std::string_view text, std::string* json) {
  const std::string number = JsonNumberOf(text);
  if (number.empty()) {
    AppendText(text, json);
  } else {
    *json += number;
  }
}

// False if the event has no such field.
bool AppendValue(Kind kind, std::string_view text, std::string* json) {
  if (IsMissing(text)) return false;
  const bool is_text = kind == Kind::kText || kind == Kind::kId;
  if (!is_text && IsInfinite(text)) {
    // Whoever reads it warns of it.
    *json += text.starts_with('-') ? "-Infinity" : "Infinity";
    return true;
  }
  switch (kind) {
    case Kind::kText:
      AppendText(text, json);
      break;
    case Kind::kId:
      AppendText(IdOf(text), json);
      break;
    case Kind::kNumber:
      AppendNumber(text, json);
      break;
    case Kind::kClass:
      if (text.starts_with('[') && text.ends_with(']')) {
        *json += text;  // a set
      } else if (IsLongInteger(text)) {
        AppendText(text, json);
      } else {
        AppendNumberOrText(text, json);
      }
      break;
    case Kind::kFeature:
      AppendNumberOrText(text, json);
      break;
    case Kind::kWhole:
      if (text.starts_with('{')) {
        *json += text;
      } else {
        AppendText(text, json);
      }
      break;
    case Kind::kTime:
      if (IsJsonNumber(text) && !IsDigitsOfTime(text)) {
        *json += text;
      } else {
        AppendText(text, json);
      }
  }
  return true;
}

// What is JSON in a cell may be on several lines.
void PutOnOneLine(std::string* json) {
  std::replace_if(
      json->begin(), json->end(), [](char c) { return c == '\n' || c == '\r'; },
      ' ');
}

std::string Quoted(std::string_view text) {
  std::string quoted;
  AppendText(text, &quoted);
  return quoted;
}

// A name in a list on one line.
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

}  // namespace

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
  // The others by their names.
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
  // Of many columns those that may be meant are told.
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

// The cells of the next row. False at the end. A row that does not end is a
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

// Its first line is left out. What was taken for its further lines is read
// again: a quote that is missing costs no other row.
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
  const std::string* open = nullptr;  // the object that is being written
  // To leave one out would say that it is 0.
  const bool has_scores =
      std::any_of(targets_.begin(), targets_.end(), [&](const Target& target) {
        return target.field.object == "scores" &&
               !IsMissing(CellOf(target, cells));
      });
  for (const Target& target : targets_) {
    const CsvField& field = target.field;
    std::string value;
    if (!AppendValue(field.kind, CellOf(target, cells), &value)) {
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
      AppendText(field.object, &json);
      json += ":{";
    }
    AppendText(field.name, &json);
    json += ':';
    json += value;
  }
  if (open != nullptr) json += '}';
  json += '}';
  PutOnOneLine(&json);
  return json;
}

}  // namespace plumbline
