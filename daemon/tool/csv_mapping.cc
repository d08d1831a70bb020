#include "daemon/tool/csv_mapping.h"

#include <algorithm>
#include <iterator>

#include "core/settings/nearest.h"

namespace plumbline {
namespace {

using Kind = CsvField::Kind;

struct Known {
  const char* name;
  Kind kind;
};
constexpr Known kFields[] = {
    {"model", Kind::kText},     {"version", Kind::kText},
    {"id", Kind::kId},          {"prediction", Kind::kClass},
    {"label", Kind::kClass},    {"score", Kind::kNumber},
    {"timestamp", Kind::kTime}, {"latency", Kind::kNumber},
    {"scores", Kind::kWhole},   {"segments", Kind::kWhole},
    {"features", Kind::kWhole}, {"metadata", Kind::kWhole},
};
// Objects, with the kind of their entries.
constexpr Known kObjects[] = {
    {"scores", Kind::kNumber},
    {"segments", Kind::kText},
    {"features", Kind::kFeature},
    {"metadata", Kind::kText},
};

template <size_t N>
const Known* Find(const Known (&known)[N], std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(known), std::end(known),
                   [name](const Known& one) { return one.name == name; });
  return found == std::end(known) ? nullptr : found;
}

template <size_t N>
std::vector<std::string> NamesOf(const Known (&known)[N]) {
  std::vector<std::string> names;
  for (const Known& one : known) names.emplace_back(one.name);
  return names;
}

std::vector<std::string> FieldNames() {
  std::vector<std::string> names = NamesOf(kFields);
  for (const Known& object : kObjects) {
    names.push_back(object.name + std::string(".NAME"));
  }
  return names;
}

// "a=b,c=d"; a piece without "=" belongs to the one before it.
std::vector<std::string> SplitPairs(const std::string& text) {
  std::vector<std::string> pieces;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string piece = text.substr(begin, end - begin);
    if (piece.find('=') == std::string::npos && !pieces.empty()) {
      pieces.back() += "," + piece;
    } else {
      pieces.push_back(piece);
    }
    begin = end + 1;
  }
  return pieces;
}

bool HasField(const std::vector<CsvMapping::Entry>& entries,
              const CsvField& field) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const auto& entry) { return entry.field == field; });
}

}  // namespace

std::optional<CsvField> FindCsvField(std::string_view text) {
  if (const Known* known = Find(kFields, text)) {
    return CsvField{known->kind, "", std::string(text)};
  }
  const size_t dot = text.find('.');
  if (dot == text.npos || dot + 1 == text.size()) return std::nullopt;
  const Known* known = Find(kObjects, text.substr(0, dot));
  if (known == nullptr) return std::nullopt;
  return CsvField{known->kind, known->name, std::string(text.substr(dot + 1))};
}

std::string CloseCsvField(const std::string& column) {
  const size_t dot = std::min(column.find('.'), column.size());
  if (dot + 1 < column.size()) {
    const std::string object =
        CloseName(column.substr(0, dot), NamesOf(kObjects));
    if (!object.empty()) return object + column.substr(dot);
  }
  return CloseName(column, NamesOf(kFields));
}

std::optional<CsvMapping> CsvMapping::Parse(
    const std::vector<std::string>& maps,
    const std::vector<std::string>& constants, std::string* error) {
  CsvMapping mapping;
  *error = mapping.Add(maps, "--map", &mapping.columns_);
  if (error->empty()) {
    *error = mapping.Add(constants, "--constant", &mapping.constants_);
  }
  if (!error->empty()) return std::nullopt;
  return mapping;
}

std::string CsvMapping::Add(const std::vector<std::string>& texts,
                            const char* flag, std::vector<Entry>* entries) {
  for (const std::string& text : texts) {
    for (const std::string& piece : SplitPairs(text)) {
      const size_t equals = piece.find('=');
      if (equals == std::string::npos || equals == 0) {
        return std::string(flag) + " " + text + ": must be FIELD=" +
               (entries == &columns_ ? "COLUMN" : "VALUE") + ",...";
      }
      const std::string name = piece.substr(0, equals);
      const auto field = FindCsvField(name);
      if (!field) {
        return std::string(flag) + " " + piece + ": an event has no field " +
               name + NearestHint(name, FieldNames());
      }
      if (Has(*field)) {
        return std::string(flag) + " " + piece + ": " + name +
               " is given twice";
      }
      entries->push_back({*field, piece.substr(equals + 1)});
    }
  }
  return "";
}

bool CsvMapping::Has(const CsvField& field) const {
  return HasField(columns_, field) || HasField(constants_, field);
}

std::string CsvMapping::Check(const std::vector<std::string>& columns) const {
  for (const Entry& entry : columns_) {
    if (std::find(columns.begin(), columns.end(), entry.value) !=
        columns.end()) {
      continue;
    }
    return "--map " + entry.field.FullName() + "=" + entry.value +
           ": there is no column " + entry.value +
           NearestHint(entry.value, columns);
  }
  return "";
}

}  // namespace plumbline
