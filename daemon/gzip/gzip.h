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

// Unpacks the first member of what `next` gives piece by piece, an empty one at
// the end, and lets `take` have the text; it says whether it wants more. False
// where it does not, or where the member is damaged or does not end.
bool GunzipPieces(const std::function<std::string_view()>& next,
                  const std::function<bool(std::string_view)>& take);

// Reads a file that is plain or gzip, of one member or several: its first bytes
// say which.
class FileReader {
 public:
  // nullptr if the file cannot be opened. "-" is the standard input.
  static std::unique_ptr<FileReader> Open(const std::string& path);
  ~FileReader();

  // Appends some of what follows. False at the end, or where the file is
  // damaged or cannot be read: then ok() is false.
  bool Append(std::string* out);
  bool ok() const { return ok_; }
  // How much of the file has been read, from 0 to 1; 0 where nobody knows its
  // size.
  double progress() const;

 private:
  FileReader(void* file, double size) : file_(file), size_(size) {}

  void* const file_;
  const double size_;  // bytes, as stored
  bool ok_ = true;
};

}  // namespace plumbline
