// Events of a CSV with a header, one per row.

#pragma once

#include <deque>
#include <string>
#include <vector>

#include "daemon/csv/csv_reader.h"
#include "daemon/tool/csv_mapping.h"
#include "daemon/tool/event_text.h"
#include "daemon/tool/text_input.h"

namespace plumbline {

// True if a column is named model, prediction, label or id.
bool LooksLikeCsv(std::string_view header);

class CsvEvents : public EventSource {
 public:
  // Reads the header. REQUIRES: both arguments outlive this.
  CsvEvents(TextInput* input, const CsvMapping* mapping);

  const std::vector<std::string>& columns() const { return header_; }
  // Why no row can be an event; empty if some can.
  std::string Problem() const;
  // The columns that are skipped without a flag saying so, in one line; empty
  // if there are none.
  std::string LeftOut() const;

  bool Next(EventText* event) override;

 private:
  // A field and its cell; kConstant for a field with the same value in all
  // rows.
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
  std::vector<Target> targets_;  // fields of an object are adjacent
  std::vector<Line> row_;        // the lines of the current row
  std::deque<Line> again_;       // lines to read again
};

}  // namespace plumbline
