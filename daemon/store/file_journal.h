// FileJournal: the journal in segment files.
//
// One pwrite() writes a record at the end of the sound data. After a failure
// the segment is truncated to that end before the next record. If that fails
// too, the segment is abandoned and the next record begins a new one, which
// supersedes it from there on (see segment.h). A failed fsync is not retried on
// the same file, as the system may have dropped the dirty pages. Segments that
// a daemon with another durability left are the exception: each probe syncs
// them again until it succeeds.
//
// A page beside it records how far the journal was answered (see
// answered_page.h). Without a page nothing is accepted. A journal that ends
// before that position has lost its end.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/engine/journal.h"
#include "daemon/store/answered_page.h"
#include "daemon/store/fault.h"
#include "daemon/store/files.h"
#include "daemon/store/journal_loss.h"

namespace plumbline {

enum class Durability {
  kProcess,  // in the page cache before the answer: survives kill -9
  kPower,    // on the disk before the answer: survives a loss of power
};

struct JournalOptions {
  std::string directory;
  Durability durability = Durability::kProcess;
  uint64_t from = 1;     // the first record after the checkpoint
  bool checked = false;  // the checkpoint says that there is a page
  // accepts_loss: start in spite of missing records. refuses_loss: do not
  // start, even if a reboot of the machine explains the loss.
  bool accepts_loss = false;
  bool refuses_loss = false;
  // Gets the loss if the start continues without the records.
  std::function<void(const JournalLoss&)> on_loss = [](const auto&) {};
};

class FileJournal : public Journal {
 public:
  // Reads the segments, calls `replay` for each record after the checkpoint,
  // cuts a torn tail, and continues after it. nullptr, with *error saying what
  // is wrong and where, on failure, or if answered records are missing and the
  // options do not accept that.
  static std::unique_ptr<FileJournal> Open(
      const JournalOptions& options,
      const std::function<bool(uint64_t sequence, std::string_view record)>&
          replay,
      std::string* error);
  ~FileJournal() override;

  Appended Append(std::string_view record) override;
  // Tests whether a record could be written, and writes none. Call on the
  // writing thread.
  bool Probe();
  // [Any thread] True if there is room for more records.
  bool has_space() const {
    return bytes() <= most_ &&
           HasFreeSpace(directory_, keep_free_.load(std::memory_order_relaxed));
  }
  // [Any thread] True if the last append or probe succeeded.
  bool takes() const { return takes_.load(std::memory_order_relaxed); }

  // `on_fault` gets each failed append and probe, and other faults. Call before
  // the first Append().
  void SetOnFault(OnFault on_fault) { on_fault_ = std::move(on_fault); }

  // The loss found when it was opened.
  const std::optional<JournalLoss>& loss() const { return loss_; }
  // True if there is a page.
  bool checked() const { return page_ != nullptr; }

  // [Any thread] False if a file or the directory was removed or replaced.
  // Records written then are lost.
  bool IsThere() const;
  // [Any thread] Refuses all records while `off`: the store was removed.
  void SetOff(bool off) { off_.store(off, std::memory_order_relaxed); }

  // Creates an empty journal in another directory. It begins with this
  // sequence. False, with errno, on failure.
  [[nodiscard]] bool BeginCopy(const std::string& directory,
                               uint64_t sequence) const;

  // Begins a new segment, so that the old one can be dropped. Failure is
  // harmless.
  void Rotate();
  // [Any thread] Removes the segments with no record from `sequence` on.
  void DropBefore(uint64_t sequence);

  // [Any thread] Keeps further space free: what a checkpoint will need.
  void KeepFree(uint64_t bytes) {
    keep_free_.store(bytes, std::memory_order_relaxed);
  }
  // Refuses records once all segments together exceed this size.
  void SetMost(uint64_t bytes) { most_ = bytes; }

  // The sequence of the next record.
  uint64_t next_sequence() const { return next_sequence_; }
  // [Any thread] Size of all segments.
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  explicit FileJournal(const JournalOptions& options)
      : directory_(options.directory), durability_(options.durability) {}

  bool GoOnBehind(const JournalEnd& end, std::string* error);
  bool SyncAll();
  bool MakePage();
  void Keep(uint64_t segment);
  bool StartSegment();
  bool CanBegin();
  bool Write(std::string_view record);
  bool WriteNothing();
  bool Repair();
  bool HasSpace();
  bool Refuse();
  bool Fail(const char* what, const std::string& error);

  const std::string directory_;
  const Durability durability_;
  std::optional<JournalLoss> loss_;
  int fd_ = -1;
  std::string path_;  // of fd_
  uint64_t next_sequence_ = 1;
  uint64_t segment_ = 0;  // its first sequence
  uint64_t length_ = 0;   // of the sound data in the segment
  bool sound_ = false;    // the file ends at length_
  bool abandoned_ = false;
  uint64_t space_checked_at_ = 0;  // length
  uint64_t most_ = UINT64_MAX;
  std::atomic<uint64_t> keep_free_{0};
  std::atomic<bool> takes_{true};
  OnFault on_fault_ = IgnoreFault;
  std::optional<StorageFault> fault_;  // of this append
  std::atomic<uint64_t> bytes_{0};
  std::atomic<bool> off_{false};

  mutable std::mutex files_mutex_;
  std::map<uint64_t, FileId> segments_;  // guarded by files_mutex_
  std::unique_ptr<AnsweredPage> page_;  // the writer's; made under files_mutex_
};

}  // namespace plumbline
