#include "daemon/store/file_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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
// Free space is checked once in so many bytes.
constexpr uint64_t kSpaceCheck = uint64_t{1} << 20;

constexpr char kNotWritten[] = "the journal could not be written";
constexpr char kNotSynced[] = "the journal could not be synced to the disk";
constexpr char kGone[] = "the store, or a file of it, was removed or replaced";
constexpr char kPutBack[] =
    "move back what was there; a copy of it is not taken for it";
constexpr char kInProcess[] =
    "nothing can be stored: ingest answers 503, and the daemon is not ready; "
    "what was answered is in this process alone, and lost with it, unless the "
    "files are moved back before it ends";

// Describes a short write that returned `written`.
std::string ErrorOf(ssize_t written) {
  return written < 0
             ? std::strerror(errno)
             : "only " + std::to_string(written) + " bytes were written";
}

std::string ErrnoText() { return std::string(": ") + std::strerror(errno); }

}  // namespace

std::unique_ptr<FileJournal> FileJournal::Open(
    const JournalOptions& options,
    const std::function<bool(uint64_t, std::string_view)>& replay,
    std::string* error) {
  std::unique_ptr<FileJournal> journal(new FileJournal(options));
  const auto end = ReadJournal(options.directory, options.from, replay, error);
  if (!end) return nullptr;
  journal->loss_ = FindLoss(options.directory, *end, options.checked);
  if (const auto& loss = journal->loss_) {
    if (options.refuses_loss && loss->is_expected) {
      *error = loss->what +
               "; start plumbline first: it goes on without what " +
               "is lost, and tells it";
      return nullptr;
    }
    if (!loss->is_expected && !options.accepts_loss) {
      *error = loss->what + "; " + loss->advice;
      return nullptr;
    }
    // Report it before a new page hides it.
    options.on_loss(*loss);
    if (!SetLostAside(options.directory, *end, error)) return nullptr;
  }
  return journal->GoOnBehind(*end, error) ? std::move(journal) : nullptr;
}

bool FileJournal::GoOnBehind(const JournalEnd& end, std::string* error) {
  if (end.has_segment) {
    path_ = directory_ + "/" + SegmentName(end.last_first);
    fd_ = open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (fd_ < 0) {
      *error = path_ + ": cannot be opened: " + std::strerror(errno);
      return false;
    }
    segment_ = end.last_first;
    length_ = end.last.length;
    // Repair() handles an incomplete header or a torn tail.
    abandoned_ = end.last.length < kSegmentHeaderBytes ||
                 end.last.next_sequence < end.next_sequence;
    sound_ = !end.last.torn && end.last.damage.empty() && !abandoned_;
  }
  next_sequence_ = end.next_sequence;
  bytes_.store(end.bytes);
  // If this fails, the first probe reports it: a disk that refuses writes does
  // not prevent a start.
  if (fd_ < 0 || !sound_) Repair();
  for (const uint64_t segment :
       ListSegments(directory_).value_or(std::vector<uint64_t>())) {
    Keep(segment);
  }
  // Records that were not answered have been applied too. The page covers them.
  MakePage();
  return true;
}

// Syncs segments that another durability wrote. On failure nothing is accepted:
// it is unknown what the disk has.
bool FileJournal::SyncAll() {
  const auto segments = ListSegments(directory_);
  if (!segments) return Fail(kNotSynced, directory_ + ErrnoText());
  for (const uint64_t segment : *segments) {
    const std::string path = directory_ + "/" + SegmentName(segment);
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && fdatasync(fd) == 0;
    const int error = errno;
    if (fd >= 0) close(fd);
    errno = error;
    if (!synced) return Fail(kNotSynced, path + ErrnoText());
  }
  return SyncDirectory(directory_) ||
         Fail(kNotSynced, directory_ + ErrnoText());
}

bool FileJournal::MakePage() {
  if (durability_ == Durability::kPower && !SyncAll()) return false;
  auto page = AnsweredPage::Make(directory_, durability_ == Durability::kPower,
                                 {next_sequence_, segment_, length_});
  if (page == nullptr) {
    return Fail("the page that says what was answered could not be made",
                directory_ + "/" + AnsweredPage::kName + ErrnoText());
  }
  const std::lock_guard lock(files_mutex_);
  page_ = std::move(page);
  return true;
}

// REQUIRES: files_mutex_ is held, or no other thread uses this object.
void FileJournal::Keep(uint64_t segment) {
  const auto id = FileIdAt(directory_ + "/" + SegmentName(segment));
  segments_[segment] = id.value_or(FileId{});
}

bool FileJournal::IsThere() const {
  const std::lock_guard lock(files_mutex_);
  return (page_ == nullptr || page_->IsThere()) &&
         std::all_of(segments_.begin(), segments_.end(), [this](const auto& s) {
           return FileIdAt(directory_ + "/" + SegmentName(s.first)) == s.second;
         });
}

FileJournal::~FileJournal() {
  if (fd_ >= 0) close(fd_);
}

Appended FileJournal::Append(std::string_view record) {
  if (record.size() > kLongestRecord) {
    on_fault_({.operation = StorageOperation::kAppend,
               .what = "a record is too long for the journal",
               .meaning = "its requests are answered 503: send less at a time",
               .file = directory_,
               .error = std::to_string(record.size()) + " bytes"});
    return Appended::kNotStored;
  }
  if (!CanBegin()) {
    Refuse();
    return Appended::kNotStored;
  }
  if (Write(record)) {
    takes_.store(true, std::memory_order_relaxed);
    const uint64_t size = kRecordHeaderBytes + record.size() + 1;
    length_ += size;
    bytes_.fetch_add(size, std::memory_order_relaxed);
    ++next_sequence_;
    page_->Set({next_sequence_, segment_, length_});
    return Appended::kStored;
  }
  sound_ = false;
  const bool repaired = Repair();
  Refuse();
  return repaired ? Appended::kNotStored : Appended::kUnknown;
}

bool FileJournal::Probe() {
  if (!CanBegin() || !WriteNothing()) return Refuse();
  takes_.store(true, std::memory_order_relaxed);
  return true;
}

bool FileJournal::CanBegin() {
  fault_.reset();
  if (off_.load(std::memory_order_relaxed)) return Fail(kGone, kPutBack);
  return ((sound_ && length_ < kLongestSegment) || Repair()) && HasSpace() &&
         (page_ != nullptr || MakePage());
}

// Reports the fault and returns false.
bool FileJournal::Refuse() {
  takes_.store(false, std::memory_order_relaxed);
  if (fault_) on_fault_(*fault_);
  fault_.reset();
  return false;
}

// Sets the fault, or adds to the one that is set. Returns false.
bool FileJournal::Fail(const char* what, const std::string& error) {
  if (fault_) {
    fault_->error += "; then " + std::string(what) + ": " + error;
    return false;
  }
  fault_ = StorageFault{
      .operation = StorageOperation::kAppend,
      .what = what,
      .meaning =
          what == kGone
              ? kInProcess
              : "nothing can be stored: ingest answers 503, and the daemon is "
                "not ready, until it can be; what was answered before is kept",
      .file = directory_,
      .error = error};
  if (fd_ >= 0) {
    fault_->file = path_;
    fault_->offset = length_;
  }
  return false;
}

// After a crash these zeros read as a torn tail.
bool FileJournal::WriteNothing() {
  static std::array<char, 4096> zeros{};
  const iovec piece = {zeros.data(), zeros.size()};
  const ssize_t written = pwritev(fd_, &piece, 1, static_cast<off_t>(length_));
  bool good = written == static_cast<ssize_t>(zeros.size());
  if (!good) Fail(kNotWritten, ErrorOf(written));
  if (good && durability_ == Durability::kPower && fdatasync(fd_) != 0) {
    abandoned_ = true;
    good = Fail(kNotSynced, std::strerror(errno));
  }
  // Truncate to the sound part, whatever was written.
  sound_ = false;
  return Repair() && good;
}

// Writes, and syncs with durability power. After a failure the content behind
// length_ is unknown.
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
    return Fail(kNotWritten, ErrorOf(written));
  }
  if (durability_ != Durability::kPower) return true;
  if (fdatasync(fd_) == 0) return true;
  abandoned_ = true;
  return Fail(kNotSynced, std::strerror(errno));
}

// Makes the journal end with sound data, in this segment or a new one.
bool FileJournal::Repair() {
  const bool usable = fd_ >= 0 && !abandoned_ && length_ < kLongestSegment;
  if (usable && ftruncate(fd_, static_cast<off_t>(length_)) == 0) {
    if (durability_ != Durability::kPower || fsync(fd_) == 0) {
      sound_ = true;
      return true;
    }
    Fail(kNotSynced, std::strerror(errno));
    abandoned_ = true;
  }
  // A later start reads the old segment only up to the new one.
  return StartSegment();
}

bool FileJournal::StartSegment() {
  // The directory at the path may be another one.
  if (!IsThere()) return Fail(kGone, kPutBack);
  const std::string path = directory_ + "/" + SegmentName(next_sequence_);
  const std::string header = SegmentHeader(next_sequence_);
  // WriteFileWhole() renames, so each segment has its header.
  const Written written = [&] {
    const std::lock_guard lock(files_mutex_);  // the file may exist again
    const auto how =
        WriteFileWhole(path, {header}, durability_ == Durability::kPower);
    if (how != Written::kNo) Keep(next_sequence_);
    return how;
  }();
  constexpr char kNotBegun[] = "a segment of the journal could not be begun";
  if (written == Written::kNo) return Fail(kNotBegun, path + ErrnoText());
  // The new segment exists and supersedes later records of the old one. So
  // nothing may be written to the old one any more.
  abandoned_ = true;
  sound_ = false;
  if (written == Written::kUnsure) return Fail(kNotBegun, path + ErrnoText());
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return Fail(kNotBegun, path + ErrnoText());
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
  path_ = path;
  segment_ = next_sequence_;
  length_ = header.size();
  bytes_.fetch_add(length_, std::memory_order_relaxed);
  space_checked_at_ = length_;
  sound_ = true;
  abandoned_ = false;
  return true;
}

bool FileJournal::BeginCopy(const std::string& directory,
                            uint64_t sequence) const {
  const std::string header = SegmentHeader(sequence);
  return WriteFileWhole(directory + "/" + SegmentName(sequence), {header},
                        true) == Written::kYes &&
         AnsweredPage::Make(directory, durability_ == Durability::kPower,
                            {sequence, sequence, header.size()}) != nullptr;
}

void FileJournal::Rotate() {
  fault_.reset();
  if (length_ <= kSegmentHeaderBytes || StartSegment()) return;
  fault_->operation = StorageOperation::kCheckpoint;
  fault_->meaning = "the journal goes on in the segment that there is";
  on_fault_(*std::exchange(fault_, std::nullopt));
}

void FileJournal::DropBefore(uint64_t sequence) {
  const auto segments = ListSegments(directory_);
  if (!segments || !IsThere()) return;
  for (size_t i = 0; i + 1 < segments->size(); ++i) {
    if ((*segments)[i + 1] > sequence) return;
    const std::string path = directory_ + "/" + SegmentName((*segments)[i]);
    struct stat info {};
    {
      const std::lock_guard lock(files_mutex_);
      segments_.erase((*segments)[i]);
    }
    // In order, so that no gap is left.
    if (stat(path.c_str(), &info) != 0 || unlink(path.c_str()) != 0) {
      on_fault_({.operation = StorageOperation::kCheckpoint,
                 .what = "a segment of the journal could not be removed",
                 .meaning = "it takes space until it can be, after one of the "
                            "next checkpoints",
                 .file = path,
                 .error = std::strerror(errno)});
      return;
    }
    bytes_.fetch_sub(
        std::min<uint64_t>(bytes_.load(), static_cast<uint64_t>(info.st_size)));
  }
}

// Keeps some space free, as a file system that is completely full cannot be
// cleaned up.
bool FileJournal::HasSpace() {
  if (bytes() > most_) {
    return Fail("the journal is as long as it may be",
                std::to_string(bytes()) +
                    " bytes, as checkpoints fail or do not keep up");
  }
  if (length_ > space_checked_at_ &&
      length_ - space_checked_at_ < kSpaceCheck) {
    return true;
  }
  if (!HasFreeSpace(directory_, keep_free_.load(std::memory_order_relaxed))) {
    space_checked_at_ = length_;  // check again for the next record
    return Fail("the disk is full",
                "what is left of it is needed for the next checkpoint");
  }
  space_checked_at_ = length_;
  return true;
}

}  // namespace plumbline
