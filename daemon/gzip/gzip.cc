#include "daemon/gzip/gzip.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

namespace plumbline {
namespace {

// zlib's window bits: the largest window, with a header of each kind.
constexpr int kZlib = 15;
constexpr int kGzip = 15 + 16;
constexpr int kRaw = -15;
constexpr size_t kPiece = 256 << 10;
constexpr unsigned kReadPiece = 64 << 10;
constexpr size_t kTextPiece = 32 << 10;

gzFile File(void* file) { return static_cast<gzFile>(file); }

struct Inflater {
  explicit Inflater(int header)
      : ready(inflateInit2(&stream, header) == Z_OK) {}
  ~Inflater() { inflateEnd(&stream); }

  z_stream stream{};
  const bool ready;
};

// True for a zlib header: the method, and a checksum of its two bytes. No raw
// stream begins so: its first block would be stored with nonzero padding.
bool HasZlibHeader(std::string_view packed) {
  if (packed.size() < 2) return false;
  const auto first = static_cast<unsigned char>(packed[0]);
  const auto second = static_cast<unsigned char>(packed[1]);
  return (first & 0x0f) == Z_DEFLATED && (first * 256 + second) % 31 == 0;
}

GunzipStatus Unpack(int header, std::string_view packed, size_t most,
                    const std::function<bool(size_t)>& grow, std::string* out) {
  Inflater inflater(header);
  z_stream& stream = inflater.stream;
  if (!inflater.ready) return GunzipStatus::kBroken;
  // zlib only reads, despite the type.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  out->clear();
  size_t size = 0;
  for (;;) {
    if (size == out->size()) {
      if (size > most) return GunzipStatus::kTooLarge;
      const size_t piece = std::min(kPiece, most + 1 - size);
      if (!grow(piece)) return GunzipStatus::kRefused;
      out->resize(size + piece);
    }
    stream.next_out = reinterpret_cast<Bytef*>(out->data() + size);
    stream.avail_out = static_cast<uInt>(out->size() - size);
    const int result = inflate(&stream, Z_NO_FLUSH);
    size = out->size() - stream.avail_out;
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      // Only gzip allows several members.
      if (header != kGzip || inflateReset(&stream) != Z_OK) {
        return GunzipStatus::kBroken;
      }
    } else if (result != Z_OK) {
      return GunzipStatus::kBroken;  // damaged or truncated
    }
  }
  if (size > most) return GunzipStatus::kTooLarge;
  out->resize(size);
  return GunzipStatus::kOk;
}

}  // namespace

GunzipStatus Gunzip(std::string_view packed, size_t most,
                    const std::function<bool(size_t)>& grow, std::string* out) {
  return Unpack(kGzip, packed, most, grow, out);
}

GunzipStatus Inflate(std::string_view packed, size_t most,
                     const std::function<bool(size_t)>& grow,
                     std::string* out) {
  return Unpack(HasZlibHeader(packed) ? kZlib : kRaw, packed, most, grow, out);
}

bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

bool GunzipPieces(const std::function<std::string_view()>& next,
                  const std::function<bool(std::string_view)>& take) {
  Inflater inflater(kGzip);
  if (!inflater.ready) return false;
  z_stream& stream = inflater.stream;
  std::vector<Bytef> text(kTextPiece);
  for (;;) {
    if (stream.avail_in == 0) {
      const std::string_view packed = next();
      if (packed.empty()) return false;
      stream.next_in =
          reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
      stream.avail_in = static_cast<uInt>(packed.size());
    }
    stream.next_out = text.data();
    stream.avail_out = static_cast<uInt>(text.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) return false;
    const std::string_view piece(reinterpret_cast<const char*>(text.data()),
                                 text.size() - stream.avail_out);
    if (!piece.empty() && !take(piece)) return false;
    if (result == Z_STREAM_END) return true;
  }
}

std::unique_ptr<FileReader> FileReader::Open(const std::string& path) {
  gzFile file = path == "-" ? gzdopen(dup(STDIN_FILENO), "rb")
                            : gzopen(path.c_str(), "rb");
  if (file == nullptr) return nullptr;
  gzbuffer(file, kReadPiece);
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return std::unique_ptr<FileReader>(
      new FileReader(file, error ? 0 : static_cast<double>(size)));
}

FileReader::~FileReader() { gzclose(File(file_)); }

double FileReader::progress() const {
  if (size_ <= 0) return 0;
  return std::clamp(static_cast<double>(gzoffset(File(file_))) / size_, 0.0,
                    1.0);
}

bool FileReader::Append(std::string* out) {
  const size_t before = out->size();
  out->resize(before + kReadPiece);
  const int n = gzread(File(file_), out->data() + before, kReadPiece);
  out->resize(before + static_cast<size_t>(std::max(n, 0)));
  if (n > 0) return true;
  int error = Z_OK;
  gzerror(File(file_), &error);
  ok_ = n == 0 && (error == Z_OK || error == Z_STREAM_END);
  return false;
}

}  // namespace plumbline
