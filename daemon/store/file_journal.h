// FileJournal: the journal in segment files.
//
// A record is written by one pwrite() at the known good length. What fails is
// truncated away before anything else is taken; where even that fails, the
// segment is abandoned and the next record begins another one, which counts
// from there on (see segment.h). A failed fsync is never tried again on the
// same file, as the system may have dropped what it could not write. Segments
// that another durability left are the exception: each probe syncs them again,
// until it can.
//
// Beside it a page says how far it was answered (see answered_page.h): without
// one nothing is taken. A journal that ends before that has lost its end.

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
  kProcess,  // in the operating system before the answer: survives kill -9
  kPower,    // on the disk before the answer: survives a loss of power
};

struct JournalOptions {
  std::string directory;
  Durability durability = Durability::kProcess;
  uint64_t from = 1;     // the first record that the checkpoint does not have
  bool checked = false;  // the checkpoint says that there is a page
  // What is missing of it is no reason not to start; or always one, also where
  // a restart of the machine explains it.
  bool accepts_loss = false;
  bool refuses_loss = false;
  // Told what is missing, if it goes on without that.
  std::function<void(const JournalLoss&)> on_loss = [](const auto&) {};
};

class FileJournal : public Journal {
 public:
  // Reads the segments, calls `replay` for each record that the checkpoint does
  // not have, cuts a torn tail, and goes on behind it. nullptr, with *error
  // saying what is wrong and where, if that cannot be, or if something is
  // missing that was answered and the options do not accept that.
  static std::unique_ptr<FileJournal> Open(
      const JournalOptions& options,
      const std::function<bool(uint64_t sequence, std::string_view record)>&
          replay,
      std::string* error);
  ~FileJournal() override;

  Appended Append(std::string_view record) override;
  // Finds out whether a record could be written now, and writes none. By the
  // thread that writes.
  bool Probe();
  // [Any thread] There is room for more.
  bool has_space() const {
    return bytes() <= most_ &&
           HasFreeSpace(directory_, keep_free_.load(std::memory_order_relaxed));
  }
  // [Any thread] The last record, or probe, could be written.
  bool takes() const { return takes_.load(std::memory_order_relaxed); }

  // Told of each append and probe that fails, and of what else does. Before the
  // first Append().
  void SetOnFault(OnFault on_fault) { on_fault_ = std::move(on_fault); }

  // What was missing when it was opened.
  const std::optional<JournalLoss>& loss() const { return loss_; }
  // There is a page.
  bool checked() const { return page_ != nullptr; }

  // [Any thread] False if a file of it was removed, or its directory, or
  // another one has come to its path. What is written then is lost.
  bool IsThere() const;
  // [Any thread] Takes nothing while it is off, as the store was removed.
  void SetOff(bool off) { off_.store(off, std::memory_order_relaxed); }

  // A journal in another directory, which begins with this record and has none
  // yet. False, with errno, if it cannot be written.
  [[nodiscard]] bool BeginCopy(const std::string& directory,
                               uint64_t sequence) const;

  // Begins another segment, so that this one can be dropped. It does not
  // matter if that cannot be.
  void Rotate();
  // [Any thread] Removes the segments that only hold records before this one.
  void DropBefore(uint64_t sequence);

  // [Any thread] What else is to be kept free: what a checkpoint will need.
  void KeepFree(uint64_t bytes) {
    keep_free_.store(bytes, std::memory_order_relaxed);
  }
  // Takes nothing more beyond this size of all segments.
  void SetMost(uint64_t bytes) { most_ = bytes; }

  // Of the record that comes next.
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
  uint64_t segment_ = 0;  // first sequence of it
  uint64_t length_ = 0;   // of what is sound in the segment
  bool sound_ = false;    // the file ends with it
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
