#include "daemon/gzip/gzip_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <new>
#include <optional>
#include <vector>

namespace plumbline {
namespace {

constexpr int kGzip = 15 + 16;  // the largest window, with a gzip header
constexpr size_t kPiece = 64 << 10;

bool WriteAll(int fd, const unsigned char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

bool EndAt(int fd, uint64_t bytes) {
  const auto end = static_cast<off_t>(bytes);
  return ftruncate(fd, end) == 0 && lseek(fd, end, SEEK_SET) == end &&
         fdatasync(fd) == 0;
}

// Reads a file member by member.
class MemberReader {
 public:
  explicit MemberReader(int fd) : fd_(fd) {
    if (inflateInit2(&stream_, kGzip) != Z_OK) throw std::bad_alloc();
  }
  ~MemberReader() { inflateEnd(&stream_); }

  // The end of the last complete member; nullopt, with errno, if the file
  // cannot be read.
  std::optional<uint64_t> LastEnd() {
    uint64_t end = 0;
    while (Fill()) {
      stream_.next_out = out_.data();
      stream_.avail_out = static_cast<uInt>(out_.size());
      const uInt before = stream_.avail_in;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      read_ += before - stream_.avail_in;
      if (result == Z_STREAM_END) {
        end = read_;
        inflateReset(&stream_);
      } else if (result != Z_OK) {
        break;
      }
    }
    if (failed_) return std::nullopt;
    return end;
  }

 private:
  bool Fill() {
    if (stream_.avail_in > 0) return true;
    const ssize_t n = read(fd_, in_.data(), in_.size());
    failed_ = n < 0;
    if (n <= 0) return false;
    stream_.next_in = in_.data();
    stream_.avail_in = static_cast<uInt>(n);
    return true;
  }

  const int fd_;
  z_stream stream_{};
  std::array<unsigned char, kPiece> in_;
  std::array<unsigned char, kPiece> out_;
  uint64_t read_ = 0;
  bool failed_ = false;
};

Mended Mend(int fd) {
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) return Mended::kInUse;
  const auto end = MemberReader(fd).LastEnd();
  if (!end) return Mended::kFailed;
  if (*end == 0) return Mended::kEmpty;
  return EndAt(fd, *end) ? Mended::kYes : Mended::kFailed;
}

}  // namespace

struct GzipFile::Stream {
  Stream() {
    if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Stream() { deflateEnd(&z); }

  z_stream z{};
  std::vector<unsigned char> out = std::vector<unsigned char>(kPiece);
};

GzipFile::GzipFile(int fd) : fd_(fd), stream_(std::make_unique<Stream>()) {}

GzipFile::~GzipFile() { close(fd_); }

std::unique_ptr<GzipFile> GzipFile::Create(const std::string& path) {
  constexpr mode_t kMode = 0640;
  const int fd =
      open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (fd < 0) return nullptr;
  // The lock marks the file as being written. Before it was taken, another
  // process may have removed the file as abandoned.
  struct stat status {};
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &status) != 0 ||
      status.st_nlink == 0) {
    close(fd);
    errno = EAGAIN;
    return nullptr;
  }
  return std::unique_ptr<GzipFile>(new GzipFile(fd));
}

bool GzipFile::Deflate(std::string_view lines, int flush) {
  z_stream& z = stream_->z;
  // zlib only reads, despite the type.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(lines.data()));
  z.avail_in = static_cast<uInt>(lines.size());
  do {
    z.next_out = stream_->out.data();
    z.avail_out = static_cast<uInt>(kPiece);
    deflate(&z, flush);
    const size_t made = kPiece - z.avail_out;
    if (!WriteAll(fd_, stream_->out.data(), made)) return false;
    bytes_ += made;
  } while (z.avail_out == 0);
  return true;
}

bool GzipFile::Write(std::string_view lines) {
  return Deflate(lines, Z_NO_FLUSH);
}

bool GzipFile::Flush() {
  if (stream_->z.total_in == 0) return true;
  if (!Deflate({}, Z_FINISH)) return false;
  deflateReset(&stream_->z);
  flushed_bytes_ = bytes_;
  return true;
}

bool GzipFile::Finish() { return Flush() && fdatasync(fd_) == 0; }

bool GzipFile::Cut() { return EndAt(fd_, flushed_bytes_); }

Mended MendGzipFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return Mended::kFailed;
  const Mended mended = Mend(fd);
  const int error = errno;
  close(fd);
  errno = error;
  return mended;
}

}  // namespace plumbline
