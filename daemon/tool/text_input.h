// The text of a file, plain or gzip, with the number of each line.
//
// Line ends are LF, CR, or CR LF. A byte order mark at the beginning of any
// line is skipped, because files that begin with one get concatenated.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/gzip/gzip.h"

namespace plumbline {

class TextInput {
 public:
  // nullptr, with *error, if the file cannot be read or is not UTF-8 text. "-"
  // is the standard input.
  static std::unique_ptr<TextInput> Open(const std::string& path,
                                         std::string* error);

  // The text ahead: at least `n` bytes, fewer only at the end. Valid until the
  // next call.
  std::string_view Ahead(size_t n = 1);
  // Consumes `n` bytes. REQUIRES: Ahead() has returned them.
  void Take(size_t n);

  // The next line, up to `most` bytes, without its line end. Does not consume
  // it.
  std::string_view LineAhead(size_t most);
  // Consumes the rest of the line and its line end.
  void TakeLine();

  uint64_t line() const { return line_; }      // from 1
  uint64_t column() const { return column_; }  // consumed bytes of the line
  // False after the rest of the file has proved unreadable.
  bool ok() const { return file_->ok(); }
  double progress() const { return file_->progress(); }

 private:
  explicit TextInput(std::unique_ptr<FileReader> file)
      : file_(std::move(file)) {}

  std::unique_ptr<FileReader> file_;
  std::string buffer_;
  size_t begin_ = 0;  // of the text ahead
  bool ended_ = false;
  bool after_return_ = false;  // the last byte consumed is a CR
  uint64_t line_ = 1;
  uint64_t column_ = 0;
};

}  // namespace plumbline
