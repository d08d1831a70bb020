#include "daemon/gzip/gzip_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
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

void AppendLittleEndian(uint32_t value, std::vector<unsigned char>* bytes) {
  for (int shift = 0; shift < 32; shift += 8) {
    bytes->push_back(static_cast<unsigned char>(value >> shift));
  }
}

// Ends the file after `bytes`, which stand on a whole byte between two blocks
// of a stream that holds `size` bytes so far.
bool EndAt(int fd, uint64_t bytes, uint32_t checksum, uint64_t size) {
  const auto end = static_cast<off_t>(bytes);
  if (ftruncate(fd, end) != 0 || lseek(fd, end, SEEK_SET) != end) return false;
  // A last block, stored, of no bytes.
  std::vector<unsigned char> trailer = {1, 0, 0, 0xff, 0xff};
  AppendLittleEndian(checksum, &trailer);
  AppendLittleEndian(static_cast<uint32_t>(size), &trailer);
  return WriteAll(fd, trailer.data(), trailer.size()) && fdatasync(fd) == 0;
}

// Where a stream may be cut.
struct Place {
  uint64_t bytes = 0;
  uint32_t checksum = 0;
  uint64_t size = 0;
  bool ended = false;  // it is whole
};

class Reader {
 public:
  explicit Reader(int fd) : fd_(fd) { ready_ = inflateInit2(&stream_, kGzip); }
  ~Reader() { inflateEnd(&stream_); }

  // nullopt, with errno, if the file cannot be read.
  std::optional<Place> LastPlace() {
    while (ready_ == Z_OK && !last_.ended && Fill() && Step()) {
    }
    if (failed_) return std::nullopt;
    return last_;
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

  // Unpacks up to the end of a block at most.
  bool Step() {
    stream_.next_out = out_.data();
    stream_.avail_out = static_cast<uInt>(out_.size());
    const uInt before = stream_.avail_in;
    const int result = inflate(&stream_, Z_BLOCK);
    read_ += before - stream_.avail_in;
    const size_t made = out_.size() - stream_.avail_out;
    if (made > 0) {
      checksum_ = static_cast<uint32_t>(
          crc32(checksum_, out_.data(), static_cast<uInt>(made)));
      size_ += made;
      newline_ = out_[made - 1] == '\n';
    }
    if (result == Z_STREAM_END) {
      last_ = {read_, checksum_, size_, true};
      return false;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) return false;
    constexpr int kBlockEnds = 128;
    constexpr int kUnusedBits = 7;
    if ((stream_.data_type & kBlockEnds) != 0 &&
        (stream_.data_type & kUnusedBits) == 0 && newline_) {
      last_ = {read_, checksum_, size_, false};
    }
    return true;
  }

  const int fd_;
  int ready_;
  z_stream stream_{};
  std::array<unsigned char, kPiece> in_;
  std::array<unsigned char, kPiece> out_;
  uint64_t read_ = 0;
  uint64_t size_ = 0;
  uint32_t checksum_ = 0;
  bool newline_ = false;
  bool failed_ = false;
  Place last_;
};

Mended Mend(int fd) {
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) return Mended::kInUse;
  const auto reader = std::make_unique<Reader>(fd);
  const auto place = reader->LastPlace();
  if (!place) return Mended::kFailed;
  if (place->size == 0) return Mended::kEmpty;
  if (place->ended) return Mended::kYes;
  return EndAt(fd, place->bytes, place->checksum, place->size)
             ? Mended::kYes
             : Mended::kFailed;
}

}  // namespace

struct GzipFile::Stream {
  z_stream z{};
  std::vector<unsigned char> out = std::vector<unsigned char>(kPiece);
};

GzipFile::GzipFile(int fd) : fd_(fd), stream_(std::make_unique<Stream>()) {
  deflateInit2(&stream_->z, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8,
               Z_DEFAULT_STRATEGY);
}

GzipFile::~GzipFile() {
  deflateEnd(&stream_->z);
  close(fd_);
}

std::unique_ptr<GzipFile> GzipFile::Create(const std::string& path) {
  constexpr mode_t kMode = 0640;
  const int fd =
      open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (fd < 0) return nullptr;
  // Tells others that it is being written. One who came in between may have
  // taken it for one that is left, and removed it.
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
  // zlib reads only, whatever its type says.
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
  if (!Deflate({}, Z_SYNC_FLUSH)) return false;
  flushed_bytes_ = bytes_;
  flushed_checksum_ = static_cast<uint32_t>(stream_->z.adler);
  flushed_size_ = stream_->z.total_in;
  return true;
}

bool GzipFile::Finish() {
  return Flush() && Deflate({}, Z_FINISH) && fdatasync(fd_) == 0;
}

bool GzipFile::Cut() {
  return EndAt(fd_, flushed_bytes_, flushed_checksum_, flushed_size_);
}

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
