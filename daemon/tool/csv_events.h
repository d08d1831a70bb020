// Events of a CSV with a header, one a row.

#pragma once

#include <deque>
#include <string>
#include <vector>

#include "daemon/csv/csv_reader.h"
#include "daemon/tool/csv_mapping.h"
#include "daemon/tool/event_text.h"
#include "daemon/tool/text_input.h"

namespace plumbline {

// True if the header names one of the columns that an event is about.
bool LooksLikeCsv(std::string_view header);

class CsvEvents : public EventSource {
 public:
  // Reads the header. Both must outlive it.
  CsvEvents(TextInput* input, const CsvMapping* mapping);

  const std::vector<std::string>& columns() const { return header_; }
  // Why no row can be an event; nothing if some can.
  std::string Problem() const;
  // Which columns are not read, though nobody said so; nothing if there are
  // none. One line.
  std::string LeftOut() const;

  bool Next(EventText* event) override;

 private:
  // A field, and the cell that it is in; kConstant if it is the same in all.
  struct Target {
    CsvField field;
    size_t cell = 0;
    std::string value;  // of a constant
  };
  static constexpr size_t kConstant = SIZE_MAX;

  struct Line {
    std::string text;
    uint64_t number = 0;
  };

  bool TakeRow(CsvCells* cells, EventText* event);
  bool TakeLine(Line* line);
  void RowIsBroken(std::string problem, EventText* event);
  void FindTargets(const CsvMapping& mapping);
  bool Has(const char* field) const;
  bool IsRead(size_t cell) const;
  static const std::string& CellOf(const Target& target, const CsvCells& cells);
  std::string Json(const CsvCells& cells) const;

  TextInput& in_;
  CsvReader reader_;
  std::vector<std::string> header_;
  std::vector<Target> targets_;  // those of an object side by side
  std::vector<Line> row_;        // the lines of the row at hand
  std::deque<Line> again_;       // to be read before what is to come
};

}  // namespace plumbline
