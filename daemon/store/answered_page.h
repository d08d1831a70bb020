// AnsweredPage: how far the journal was answered, in a file of its own, so
// that a start knows whether the journal has lost its end.
//
// The file is one page, and made anew by each start. It begins with what does
// not change while a process writes; two slots follow, which take turns:
//
//     0        magic (8), format version (4), 1 for durability power (4), the
//              boot of the machine (40), checksum of all that (8)
//     512      next sequence (8), first sequence of the segment (8), length of
//              that (8), checksum of these (8)
//     1024     the same
//
// A slot is written behind the record that it tells of, one write a group. It
// survives the process as the record does. Where it is not written the other
// slot stays: it may tell of a record less than there is, never of more. After
// a loss of power there is some earlier state of it.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/store/files.h"

namespace plumbline {

// A place in the journal: all before it was answered.
struct Answered {
  uint64_t next_sequence = 1;
  uint64_t segment = 0;  // first sequence of the one that has the last record
  uint64_t length = 0;   // of that segment, up to there
  bool operator==(const Answered&) const = default;
};

class AnsweredPage {
 public:
  static constexpr char kName[] = "answered";

  struct Content {
    Answered answered;
    bool synced = false;     // each record was on the disk before its answer
    bool this_boot = false;  // it was written since the machine was started
  };
  struct Found {
    bool exists = false;
    std::optional<Content> content;  // none if it is damaged, or not there
  };
  static Found Read(const std::string& directory);

  // Makes it anew, in place of the one that is there. nullptr, with errno, if
  // that cannot be: where it cannot be written, that one stays.
  static std::unique_ptr<AnsweredPage> Make(const std::string& directory,
                                            bool synced,
                                            const Answered& answered);
  ~AnsweredPage();
  AnsweredPage(const AnsweredPage&) = delete;
  AnsweredPage& operator=(const AnsweredPage&) = delete;

  // [One thread]
  void Set(const Answered& answered);
  // [Any thread] It is still the file at its path.
  bool IsThere() const;

 private:
  AnsweredPage(std::string path, int fd, const FileId& id)
      : path_(std::move(path)), fd_(fd), id_(id) {}

  const std::string path_;
  const int fd_;
  const FileId id_;
  uint32_t turn_ = 1;  // the slot that comes next
};

}  // namespace plumbline
