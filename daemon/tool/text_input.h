// The text of a file, plain or gzip, with the number of each line.
//
// Line ends are LF, CR, or both. Byte order marks at the beginning of a line
// are no part of the text: files that begin with one are joined to others.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/gzip/gzip.h"

namespace plumbline {

class TextInput {
 public:
  // nullptr, with what is wrong, if the file cannot be read or is no text in
  // UTF-8. "-" is the standard input.
  static std::unique_ptr<TextInput> Open(const std::string& path,
                                         std::string* error);

  // What is to come: at least `n` bytes of it, but at the end. Valid until the
  // next call.
  std::string_view Ahead(size_t n = 1);
  // Goes over what is to come. REQUIRES: it has been seen.
  void Take(size_t n);

  // The line that is to come up to `most` bytes, without its end, and without
  // going over it.
  std::string_view LineAhead(size_t most);
  // Goes over the line and its end.
  void TakeLine();

  uint64_t line() const { return line_; }      // from 1
  uint64_t column() const { return column_; }  // bytes of the line gone over
  // False once it turned out that the rest of the file cannot be read.
  bool ok() const { return file_->ok(); }
  double progress() const { return file_->progress(); }

 private:
  explicit TextInput(std::unique_ptr<FileReader> file)
      : file_(std::move(file)) {}

  std::unique_ptr<FileReader> file_;
  std::string buffer_;
  size_t begin_ = 0;  // of what is to come
  bool ended_ = false;
  bool after_return_ = false;  // the last byte gone over is a CR
  uint64_t line_ = 1;
  uint64_t column_ = 0;
};

}  // namespace plumbline
