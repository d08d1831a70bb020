// Cells of CSV (RFC 4180), line by line.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

using CsvCells = std::vector<std::string>;

class CsvReader {
 public:
  explicit CsvReader(char delimiter);
  ~CsvReader();

  // Adds a line. True, with *cells, if it completes a row. REQUIRES: the line
  // has its line end, and is not a blank line between rows.
  bool Add(std::string_view line, CsvCells* cells);
  // Discards the incomplete row.
  void Restart();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  const char delimiter_;
};

}  // namespace plumbline
