#include "daemon/store/file_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "daemon/hash/checksum.h"
#include "daemon/store/files.h"
#include "daemon/store/segment.h"

namespace plumbline {
namespace {

constexpr uint64_t kLongestSegment = uint64_t{64} << 20;
// Space is asked for once for so many bytes.
constexpr uint64_t kSpaceCheck = uint64_t{1} << 20;

}  // namespace

std::unique_ptr<FileJournal> FileJournal::Open(
    const std::string& directory, Durability durability, uint64_t from,
    const std::function<bool(uint64_t, std::string_view)>& replay,
    std::string* error) {
  std::unique_ptr<FileJournal> journal(new FileJournal(directory, durability));
  const auto end = ReadJournal(directory, from, replay, error);
  if (!end) return nullptr;
  if (end->has_segment) {
    const std::string path = directory + "/" + SegmentName(end->last_first);
    journal->fd_ = open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (journal->fd_ < 0) {
      *error = path + ": cannot be opened: " + std::strerror(errno);
      return nullptr;
    }
    journal->length_ = end->last.length;
    // A header that was cut off, or a tail, is dealt with by the first append.
    journal->abandoned_ = end->last.length < kSegmentHeaderBytes ||
                          end->last.next_sequence < end->next_sequence;
    journal->sound_ = !end->last.torn && !journal->abandoned_;
  }
  journal->next_sequence_ = end->next_sequence;
  journal->bytes_.store(end->bytes);
  // Now, so that a disk that takes nothing is known at the start; but one that
  // is full is no reason not to start.
  if (journal->fd_ < 0 || !journal->sound_) journal->Repair();
  return journal;
}

FileJournal::~FileJournal() {
  if (fd_ >= 0) close(fd_);
}

Appended FileJournal::Append(std::string_view record) {
  const auto failed = [this](Appended how) {
    errors_.fetch_add(1, std::memory_order_relaxed);
    return how;
  };
  if (record.size() > kLongestRecord) return failed(Appended::kNotStored);
  if ((!sound_ || length_ >= kLongestSegment) && !Repair()) {
    return failed(Appended::kNotStored);
  }
  if (!HasSpace()) return failed(Appended::kNotStored);
  if (Write(record)) {
    const uint64_t size = kRecordHeaderBytes + record.size() + 1;
    length_ += size;
    bytes_.fetch_add(size, std::memory_order_relaxed);
    ++next_sequence_;
    return Appended::kStored;
  }
  sound_ = false;
  return failed(Repair() ? Appended::kNotStored : Appended::kUnknown);
}

// Writes, and syncs where that was asked for. What it leaves behind is not
// known where it fails.
bool FileJournal::Write(std::string_view record) {
  std::string header = RecordHeader(
      next_sequence_, static_cast<uint32_t>(record.size()), Checksum(record));
  char mark = kEndMark;
  iovec pieces[3] = {
      {header.data(), header.size()},
      {const_cast<char*>(record.data()), record.size()},
      {&mark, 1},
  };
  ssize_t written = 0;
  do {
    written = pwritev(fd_, pieces, 3, static_cast<off_t>(length_));
  } while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(header.size() + record.size() + 1)) {
    return false;
  }
  if (durability_ != Durability::kPower) return true;
  if (fdatasync(fd_) == 0) return true;
  abandoned_ = true;
  return false;
}

// Makes the journal end with what is sound, in this segment or another one.
bool FileJournal::Repair() {
  const bool usable = fd_ >= 0 && !abandoned_ && length_ < kLongestSegment;
  if (usable && ftruncate(fd_, static_cast<off_t>(length_)) == 0) {
    if (durability_ != Durability::kPower || fsync(fd_) == 0) {
      sound_ = true;
      return true;
    }
    abandoned_ = true;
  }
  // What a later start reads of the old segment ends where the new one begins.
  return StartSegment();
}

bool FileJournal::StartSegment() {
  const std::string path = directory_ + "/" + SegmentName(next_sequence_);
  const std::string header = SegmentHeader(next_sequence_);
  // Under another name first: a segment that is there has its header.
  const Written written =
      WriteFileWhole(path, {header}, durability_ == Durability::kPower);
  if (written == Written::kNo) return false;
  // It is there now, and counts instead of what the old one would get: that
  // must not be written any more, whatever happens.
  abandoned_ = true;
  sound_ = false;
  if (written == Written::kUnsure) return false;
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
  length_ = header.size();
  bytes_.fetch_add(length_, std::memory_order_relaxed);
  space_checked_at_ = length_;
  sound_ = true;
  abandoned_ = false;
  return true;
}

void FileJournal::Rotate() {
  if (length_ > kSegmentHeaderBytes) StartSegment();
}

void FileJournal::DropBefore(uint64_t sequence) {
  const auto segments = ListSegments(directory_);
  if (!segments) return;
  for (size_t i = 0; i + 1 < segments->size(); ++i) {
    if ((*segments)[i + 1] > sequence) return;
    const std::string path = directory_ + "/" + SegmentName((*segments)[i]);
    struct stat info {};
    // In order, so that no hole is left.
    if (stat(path.c_str(), &info) != 0 || unlink(path.c_str()) != 0) return;
    bytes_.fetch_sub(
        std::min<uint64_t>(bytes_.load(), static_cast<uint64_t>(info.st_size)));
  }
}

// A file system that is filled to the brim cannot be cleaned up.
bool FileJournal::HasSpace() {
  if (bytes() > most_) return false;
  if (length_ > space_checked_at_ &&
      length_ - space_checked_at_ < kSpaceCheck) {
    return true;
  }
  if (!HasFreeSpace(directory_, keep_free_.load(std::memory_order_relaxed))) {
    space_checked_at_ = length_;  // asks again the next time
    return false;
  }
  space_checked_at_ = length_;
  return true;
}

}  // namespace plumbline
