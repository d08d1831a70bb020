// GzipFile: a gzip file of lines that is written over a long time.
//
// Each flush ends a gzip member, and a file of several members is a gzip file
// as any (RFC 1952, 2.2). So what is flushed can be read, whatever happens
// then: a file that nobody finished, as its writer was killed or its disk full,
// is cut behind its last whole member, which takes no room.

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
  // Flushes. What the file holds survives a loss of power then.
  [[nodiscard]] bool Finish();
  // Ends the file behind what was flushed last. It may be tried again.
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
  uint64_t flushed_bytes_ = 0;  // behind the last flush
};

enum class Mended {
  kYes,
  kEmpty,   // it has no whole member
  kInUse,   // somebody writes it
  kFailed,  // errno says why
};

// Cuts a file that nobody finished behind its last whole member.
Mended MendGzipFile(const std::string& path);

}  // namespace plumbline
