// The mapping of CSV columns to fields of an event.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// A field as --map and --constant name it: a field of an event, or an entry of
// an object, such as "segments.region" or "scores.spam".
struct CsvField {
  enum class Kind {
    kText,
    kId,     // text, or an integer as data frames write it
    kClass,  // or a value; digits are read as a number
    kNumber,
    kTime,
    kFeature,
    kWhole,  // an object, as JSON
  };
  Kind kind = Kind::kText;
  std::string object;  // that has the entry; else empty
  std::string name;

  std::string FullName() const {
    return object.empty() ? name : object + "." + name;
  }
  bool operator==(const CsvField& other) const {
    return object == other.object && name == other.name;
  }
};

// nullopt if events have no such field.
std::optional<CsvField> FindCsvField(std::string_view text);

// The field with a name close to an unknown column's; empty if there is none.
std::string CloseCsvField(const std::string& column);

class CsvMapping {
 public:
  // Parses lists of "FIELD=COLUMN,..." and "FIELD=VALUE,...". nullopt, with
  // *error, if one is invalid.
  static std::optional<CsvMapping> Parse(
      const std::vector<std::string>& maps,
      const std::vector<std::string>& constants, std::string* error);

  struct Entry {
    CsvField field;
    std::string value;  // the column, or the constant
  };
  const std::vector<Entry>& columns() const { return columns_; }
  const std::vector<Entry>& constants() const { return constants_; }
  bool empty() const { return columns_.empty() && constants_.empty(); }
  bool Has(const CsvField& field) const;

  // The problem of the mapping with files that have these columns (each in at
  // least one file); empty if there is none.
  std::string Check(const std::vector<std::string>& columns) const;

 private:
  std::string Add(const std::vector<std::string>& texts, const char* flag,
                  std::vector<Entry>* entries);

  std::vector<Entry> columns_;
  std::vector<Entry> constants_;
};

}  // namespace plumbline
