// Gzip, in memory and from files.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace plumbline {

enum class GunzipStatus { kOk, kBroken, kTooLarge, kRefused };

// Unpacks all members of `packed` into *out, at most `most` bytes; the limit is
// checked before memory is taken. `grow(n)` permits or refuses n more bytes
// before each piece.
GunzipStatus Gunzip(std::string_view packed, size_t most,
                    const std::function<bool(size_t)>& grow, std::string* out);

// The same for the HTTP coding "deflate": zlib's format, with or without its
// header, which some clients omit.
GunzipStatus Inflate(std::string_view packed, size_t most,
                     const std::function<bool(size_t)>& grow, std::string* out);

// True if `bytes` begin with gzip's magic number, which begins no text.
bool IsGzip(std::string_view bytes);

// Unpacks the first member of the input. `next` returns its pieces, an empty
// one at the end. `take` receives the text, and returns whether it wants more.
// False if `take` stopped, or the member is damaged or incomplete.
bool GunzipPieces(const std::function<std::string_view()>& next,
                  const std::function<bool(std::string_view)>& take);

// Reads a plain file or a gzip file of any number of members; the first bytes
// tell which.
class FileReader {
 public:
  // nullptr if the file cannot be opened. "-" is the standard input.
  static std::unique_ptr<FileReader> Open(const std::string& path);
  ~FileReader();

  // Appends the next part of the text. False at the end, and, with ok() false,
  // if the file is damaged or unreadable.
  bool Append(std::string* out);
  bool ok() const { return ok_; }
  // The share of the file read, from 0 to 1; 0 if its size is unknown.
  double progress() const;

 private:
  FileReader(void* file, double size) : file_(file), size_(size) {}

  void* const file_;
  const double size_;  // bytes, as stored
  bool ok_ = true;
};

}  // namespace plumbline
