#include "daemon/store/segment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/codec/bytes.h"
#include "daemon/hash/checksum.h"
#include "daemon/store/files.h"

namespace plumbline {
namespace {

constexpr uint64_t kMagic = 0x314c4e524a424c50;  // "PLBJRNL1"
constexpr std::string_view kPrefix = "journal-";

// A whole file in memory. Not mapped: a read error is reported and raises no
// signal.
class WholeFile {
 public:
  explicit WholeFile(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || fstat(fd, &info) != 0) {
      error_ = std::strerror(errno);
    } else {
      data_.reset(new char[static_cast<size_t>(info.st_size)]);
      Read(fd, static_cast<size_t>(info.st_size));
    }
    if (fd >= 0) close(fd);
  }

  // Empty if there is none.
  const std::string& error() const { return error_; }
  std::string_view bytes() const { return {data_.get(), size_}; }

 private:
  void Read(int fd, size_t size) {
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    while (size_ < size) {
      const ssize_t n = read(fd, data_.get() + size_, size - size_);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        error_ = std::string(std::strerror(errno)) + " at byte " +
                 std::to_string(size_) + " or behind it";
      }
      if (n <= 0) return;
      size_ += static_cast<size_t>(n);
    }
  }

  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
  std::string error_;
};

struct Found {
  enum { kSound, kTorn, kDamaged } state;
  std::string_view payload;
};

// True if all sectors from one that begins before `end` on are zero. `offset`
// is the position of `bytes`, which extend to the end of the file.
bool EndsUnwritten(std::string_view bytes, uint64_t offset, uint64_t end) {
  constexpr uint64_t kSector = 512;
  const size_t last = bytes.find_last_not_of('\0');
  if (last == std::string_view::npos) return true;
  const uint64_t zeros = (offset + last + kSector) / kSector * kSector;
  return zeros < std::min(end, offset + bytes.size());
}

Found RecordAt(std::string_view bytes, uint64_t offset, uint64_t sequence) {
  if (bytes.size() < kRecordHeaderBytes) return {Found::kTorn, {}};
  uint32_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof(length));
  const std::string_view header = bytes.substr(0, kRecordHeaderBytes);
  const bool known =
      header.substr(0, 16) == RecordHeader(sequence, length, 0).substr(0, 16);
  const uint64_t size = kRecordHeaderBytes + (known ? length + uint64_t{1} : 0);
  if (size > bytes.size()) return {Found::kTorn, {}};
  if (known) {
    const std::string_view payload = bytes.substr(kRecordHeaderBytes, length);
    if (bytes[size - 1] == kEndMark &&
        header == RecordHeader(sequence, length, Checksum(payload))) {
      return {Found::kSound, payload};
    }
  }
  const bool torn = EndsUnwritten(bytes, offset, offset + size);
  return {torn ? Found::kTorn : Found::kDamaged, {}};
}

std::vector<uint64_t>::const_iterator At(const std::vector<uint64_t>& segments,
                                         size_t i) {
  return segments.begin() + static_cast<ptrdiff_t>(i);
}

}  // namespace

std::string SegmentHeader(uint64_t first_sequence) {
  std::string header;
  ByteWriter out(&header);
  out.Put(kMagic);
  out.Put(kSegmentFormat);
  out.Put(uint32_t{0});
  out.Put(first_sequence);
  out.Put(Checksum(header));
  return header;
}

std::string RecordHeader(uint64_t sequence, uint32_t length,
                         uint64_t checksum) {
  std::string both;
  ByteWriter(&both).Put(length);
  ByteWriter(&both).Put(sequence);
  std::string header;
  ByteWriter out(&header);
  out.Put(length);
  out.Put(static_cast<uint32_t>(Checksum(both)));
  out.Put(sequence);
  out.Put(checksum);
  return header;
}

std::string SegmentName(uint64_t first_sequence) {
  return NumberedName(kPrefix, first_sequence);
}

std::optional<std::vector<uint64_t>> ListSegments(
    const std::string& directory) {
  return ListNumbered(directory, kPrefix);
}

std::optional<SegmentEnd> ReadSegment(
    const std::string& path, uint64_t first_sequence, uint64_t stop,
    const std::function<bool(uint64_t, std::string_view)>& visit,
    std::string* error) {
  const WholeFile file(path);
  if (!file.error().empty()) {
    *error = path + ": cannot be read: " + file.error();
    return std::nullopt;
  }
  std::string_view rest = file.bytes();
  SegmentEnd end{first_sequence, 0, false, ""};
  if (rest.size() < kSegmentHeaderBytes) {
    end.torn = true;  // the file was just created
    return end;
  }
  if (rest.substr(0, kSegmentHeaderBytes) != SegmentHeader(first_sequence)) {
    ByteReader in(rest);
    const bool ours = in.Get<uint64_t>() == kMagic;
    const auto format = in.Get<uint32_t>();
    if (ours && format != kSegmentFormat) {
      *error = path + ": is of format " + std::to_string(format) +
               "; this version reads format " + std::to_string(kSegmentFormat);
      return std::nullopt;
    }
    end.damage =
        path + ": is no segment of a journal, or its header is damaged";
    return end;
  }
  end.length = kSegmentHeaderBytes;
  rest.remove_prefix(kSegmentHeaderBytes);
  while (!rest.empty() && end.next_sequence < stop) {
    const Found found = RecordAt(rest, end.length, end.next_sequence);
    if (found.state == Found::kDamaged) {
      end.damage = path + ": record " + std::to_string(end.next_sequence) +
                   " at byte " + std::to_string(end.length) + " is damaged";
      return end;
    }
    if (found.state == Found::kTorn) {
      end.torn = true;
      return end;
    }
    if (!visit(end.next_sequence, found.payload)) {
      if (error->empty()) {
        *error = path + ": record " + std::to_string(end.next_sequence) +
                 " at byte " + std::to_string(end.length) +
                 " is sound, but not understood";
      }
      return std::nullopt;
    }
    const size_t size = kRecordHeaderBytes + found.payload.size() + 1;
    rest.remove_prefix(size);
    end.length += size;
    ++end.next_sequence;
  }
  return end;
}

std::optional<JournalEnd> ReadJournal(
    const std::string& directory, uint64_t from,
    const std::function<bool(uint64_t, std::string_view)>& visit,
    std::string* error) {
  const auto listed = ListSegments(directory);
  if (!listed) {
    *error = directory + ": cannot be read: " + std::strerror(errno);
    return std::nullopt;
  }
  const std::vector<uint64_t>& segments = *listed;
  JournalEnd journal;
  journal.next_sequence = from;
  for (size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    const uint64_t stop = last ? UINT64_MAX : segments[i + 1];
    // Segments before the checkpoint are not needed, sound or not.
    if (!last && stop <= from) continue;
    const std::string path = directory + "/" + SegmentName(segments[i]);
    if (segments[i] > journal.next_sequence) {
      journal.damage =
          path + ": records " + std::to_string(journal.next_sequence) + " to " +
          std::to_string(segments[i] - 1) + " before it are missing";
      journal.is_gap = true;
      journal.unread.assign(At(segments, i), segments.end());
      return journal;
    }
    const auto end = ReadSegment(
        path, segments[i], stop,
        [&](uint64_t sequence, std::string_view payload) {
          return sequence < from || visit(sequence, payload);
        },
        error);
    if (!end) return std::nullopt;
    journal.next_sequence = std::max(journal.next_sequence, end->next_sequence);
    journal.bytes += end->length;
    journal.has_segment = true;
    journal.last_first = segments[i];
    journal.last = *end;
    journal.damage = end->damage;
    if (end->damage.empty() && !last && end->next_sequence < stop) {
      journal.damage = path + ": ends with record " +
                       std::to_string(end->next_sequence - 1) + ", and " +
                       SegmentName(stop) + " follows";
      journal.is_gap = true;
    }
    if (!journal.damage.empty()) {
      journal.unread.assign(At(segments, i + 1), segments.end());
      return journal;
    }
  }
  return journal;
}

}  // namespace plumbline
