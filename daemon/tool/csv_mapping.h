// Which columns of a CSV are which fields of an event.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// A field as --map and --constant name it: one of an event, or an entry of one,
// such as "segments.region" or "scores.spam".
struct CsvField {
  enum class Kind {
    kText,
    kId,     // text, or an integer as data frames write it
    kClass,  // or a value: what is written as a number is one
    kNumber,
    kTime,
    kFeature,
    kWhole,  // an object, as JSON
  };
  Kind kind = Kind::kText;
  std::string object;  // of which it is an entry; empty if of none
  std::string name;

  std::string FullName() const {
    return object.empty() ? name : object + "." + name;
  }
  bool operator==(const CsvField& other) const {
    return object == other.object && name == other.name;
  }
};

// nullopt if an event has no such field.
std::optional<CsvField> FindCsvField(std::string_view text);

// The field that a column that is none may be meant for; empty if none is near.
std::string CloseCsvField(const std::string& column);

class CsvMapping {
 public:
  // Of "FIELD=COLUMN,..." and "FIELD=VALUE,...", each several times. nullopt,
  // with what is wrong.
  static std::optional<CsvMapping> Parse(
      const std::vector<std::string>& maps,
      const std::vector<std::string>& constants, std::string* error);

  struct Entry {
    CsvField field;
    std::string value;  // the column, or what is the same in all rows
  };
  const std::vector<Entry>& columns() const { return columns_; }
  const std::vector<Entry>& constants() const { return constants_; }
  bool empty() const { return columns_.empty() && constants_.empty(); }
  bool Has(const CsvField& field) const;

  // What is wrong with it for files with these columns, each column of one file
  // at least; nothing if there is nothing.
  std::string Check(const std::vector<std::string>& columns) const;

 private:
  std::string Add(const std::vector<std::string>& texts, const char* flag,
                  std::vector<Entry>* entries);

  std::vector<Entry> columns_;
  std::vector<Entry> constants_;
};

}  // namespace plumbline
