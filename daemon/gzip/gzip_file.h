// GzipFile: a gzip file of lines that is written over a long time.
//
// Each flush ends a gzip member, and several members form a valid gzip file
// (RFC 1952, 2.2). So flushed lines stay readable. A file that was not
// finished, because its writer was killed or the disk was full, is truncated
// after its last complete member, which needs no free space.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace plumbline {

class GzipFile {
 public:
  // Creates the file. nullptr, with errno, if that fails or the file exists.
  static std::unique_ptr<GzipFile> Create(const std::string& path);
  ~GzipFile();

  // Each returns false, with errno, on failure; then only Cut() may follow.
  // REQUIRES: `lines` ends with the end of a line.
  [[nodiscard]] bool Write(std::string_view lines);
  [[nodiscard]] bool Flush();
  // Flushes, and makes the file survive a loss of power.
  [[nodiscard]] bool Finish();
  // Truncates the file after its last flush. May be retried.
  [[nodiscard]] bool Cut();

  // Size of the file.
  uint64_t bytes() const { return bytes_; }
  // True before the first flush.
  bool empty() const { return flushed_bytes_ == 0; }

 private:
  struct Stream;

  explicit GzipFile(int fd);
  bool Deflate(std::string_view lines, int flush);

  const int fd_;
  std::unique_ptr<Stream> stream_;
  uint64_t bytes_ = 0;
  uint64_t flushed_bytes_ = 0;  // up to the last flush
};

enum class Mended {
  kYes,
  kEmpty,   // no complete member
  kInUse,   // a process writes it
  kFailed,  // errno says why
};

// Truncates an unfinished file after its last complete member.
Mended MendGzipFile(const std::string& path);

}  // namespace plumbline
