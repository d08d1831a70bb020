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

  // True if the row that the line belongs to ends with it: its cells are then
  // in *cells. REQUIRES: the line has its end, and is not blank between rows.
  bool Add(std::string_view line, CsvCells* cells);
  // Forgets the row that has begun.
  void Restart();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  const char delimiter_;
};

}  // namespace plumbline
