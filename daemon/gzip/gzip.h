// Gzip, in memory and from files.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace plumbline {

enum class GunzipStatus { kOk, kBroken, kTooLarge, kRefused };

// Unpacks all members of `packed` into *out. At most `most` bytes, which is
// found out before they are made. `grow` is asked for leave before each piece
// of so many bytes is unpacked.
GunzipStatus Gunzip(std::string_view packed, size_t most,
                    const std::function<bool(size_t)>& grow, std::string* out);

// The same for the HTTP coding "deflate": zlib's format, or without its header,
// as some clients have it.
GunzipStatus Inflate(std::string_view packed, size_t most,
                     const std::function<bool(size_t)>& grow, std::string* out);

// By its first bytes, which begin no text.
bool IsGzip(std::string_view bytes);

std::string Gzip(std::string_view plain);

// Reads lines from a file that is plain or gzip.
class LineReader {
 public:
  // nullptr if the file cannot be opened.
  static std::unique_ptr<LineReader> Open(const std::string& path);
  ~LineReader();

  // False at the end, or where the file is damaged: then ok() is false.
  bool Next(std::string* line);
  bool ok() const { return ok_; }
  // How much of the file has been read, from 0 to 1.
  double progress() const;

 private:
  LineReader(void* file, double size) : file_(file), size_(size) {}

  void* const file_;
  const double size_;  // bytes, as stored
  std::string buffer_;
  size_t begin_ = 0;  // of what is not handed out yet
  bool ok_ = true;
};

}  // namespace plumbline
