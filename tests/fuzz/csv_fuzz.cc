// Lines of CSV: a restarted reader reads like a new one, and cells have only
// bytes of their row.

#include <string>

#include "daemon/csv/csv_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace plumbline;  // NOLINT: a test

namespace {

std::vector<CsvCells> RowsOf(std::string_view text, CsvReader* reader) {
  std::vector<CsvCells> rows;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    std::string line(text.substr(0, end));
    text.remove_prefix(end);
    if (!line.ends_with('\n')) line += '\n';
    if (line.find_first_not_of(" \t\r\n") == std::string::npos) continue;
    CsvCells cells;
    if (reader->Add(line, &cells)) rows.push_back(std::move(cells));
  }
  return rows;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input = InputOf(data, size);
  constexpr std::string_view kDelimiters = ",;\t|";
  const char delimiter = kDelimiters[TakeByte(&input) % kDelimiters.size()];
  CsvReader reader(delimiter);
  const auto rows = RowsOf(input, &reader);
  reader.Restart();
  Expect(RowsOf(input, &reader) == rows, "a reader forgets what it has read");
  size_t bytes = 0;
  for (const CsvCells& cells : rows) {
    for (const std::string& cell : cells) bytes += cell.size();
  }
  // The last line may get a line end.
  Expect(bytes <= input.size() + 1, "cells have no more bytes than their rows");
  return 0;
}
