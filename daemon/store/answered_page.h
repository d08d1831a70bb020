// AnsweredPage: a file that records how far the journal was answered. On start
// it shows whether the journal has lost its end.
//
// The file is one page. Each start creates it anew. It begins with fields that
// do not change while a process writes. Two slots follow, which are written in
// turn:
//
//     0        magic (8), format version (4), 1 for durability power (4), the
//              boot of the machine (40), checksum of all that (8)
//     512      next sequence (8), first sequence of the segment (8), length of
//              that (8), checksum of these (8)
//     1024     the same
//
// A slot is written after the record that it covers, one write a group. It
// survives the process as the record does. If the write is lost, the other slot
// remains: it may cover one record too few, but never too many. After a loss of
// power the file is in some earlier state.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/store/files.h"

namespace plumbline {

// A position in the journal. All records before it were answered.
struct Answered {
  uint64_t next_sequence = 1;
  uint64_t segment = 0;  // first sequence of the one with the last record
  uint64_t length = 0;   // of that segment up to this position
  bool operator==(const Answered&) const = default;
};

class AnsweredPage {
 public:
  static constexpr char kName[] = "answered";

  struct Content {
    Answered answered;
    bool synced = false;     // records were on the disk before their answers
    bool this_boot = false;  // written since the machine was booted
  };
  struct Found {
    bool exists = false;
    std::optional<Content> content;  // none if the file is damaged or absent
  };
  static Found Read(const std::string& directory);

  // Creates the file anew and replaces the old one. nullptr, with errno, on
  // failure: the old file remains if the new one cannot be written.
  static std::unique_ptr<AnsweredPage> Make(const std::string& directory,
                                            bool synced,
                                            const Answered& answered);
  ~AnsweredPage();
  AnsweredPage(const AnsweredPage&) = delete;
  AnsweredPage& operator=(const AnsweredPage&) = delete;

  // [One thread]
  void Set(const Answered& answered);
  // [Any thread] True if this is still the file at its path.
  bool IsThere() const;

 private:
  AnsweredPage(std::string path, int fd, const FileId& id)
      : path_(std::move(path)), fd_(fd), id_(id) {}

  const std::string path_;
  const int fd_;
  const FileId id_;
  uint32_t turn_ = 1;  // the slot to write next
};

}  // namespace plumbline
