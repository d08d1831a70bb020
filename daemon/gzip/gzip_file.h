// GzipFile: a gzip file of lines that is written over a long time.
//
// What is flushed can be read, whatever happens then. A file that nobody
// finished, as its writer was killed or its disk full, ends within a block;
// behind each flush the stream stands on a whole byte, so it can be cut there
// and ended with an empty block and the checksum of what is left (RFC 1951, 3.2
// and RFC 1952, 2.3.1). This takes no more room than what is cut off, or a few
// bytes.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace plumbline {

class GzipFile {
 public:
  // A new file. nullptr, with errno, if there cannot be one, or there is one.
  static std::unique_ptr<GzipFile> Create(const std::string& path);
  ~GzipFile();

  // Each false, with errno, if it cannot be written: then only Cut() is left to
  // do. REQUIRES: `lines` ends a line.
  [[nodiscard]] bool Write(std::string_view lines);
  [[nodiscard]] bool Flush();
  // Ends the stream. What it holds survives a loss of power.
  [[nodiscard]] bool Finish();
  // Ends the stream after what was flushed last. It may be tried again.
  [[nodiscard]] bool Cut();

  // Of the file.
  uint64_t bytes() const { return bytes_; }
  // True if nothing was flushed yet: there is nothing to cut it after.
  bool empty() const { return flushed_bytes_ == 0; }

 private:
  struct Stream;

  explicit GzipFile(int fd);
  bool Deflate(std::string_view lines, int flush);

  const int fd_;
  std::unique_ptr<Stream> stream_;
  uint64_t bytes_ = 0;
  // Behind the last flush.
  uint64_t flushed_bytes_ = 0;
  uint32_t flushed_checksum_ = 0;
  uint64_t flushed_size_ = 0;  // unpacked
};

enum class Mended {
  kYes,
  kEmpty,   // there is nothing in it
  kInUse,   // somebody writes it
  kFailed,  // errno says why
};

// Cuts a file that nobody finished where its last whole line that can be cut
// off ends.
Mended MendGzipFile(const std::string& path);

}  // namespace plumbline
