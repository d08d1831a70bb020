// Segment: one file of the journal, and how it is read.
//
// A segment begins with a header and holds records one after another:
//
//     header   magic (8), format version (4), 0 (4), first sequence (8),
//              checksum of the 24 bytes before it (8)
//     record   length of payload (4), checksum of length and sequence (4),
//              sequence (8), checksum of the payload (8), payload,
//              an end mark that is not zero (1)
//
// Numbers are little-endian, checksums XXH3-64. Sequences run on by one over
// all segments; a file is named after its first one, so names sort in order.
//
// A write that did not complete leaves a beginning of a record, or one whose
// end was never written and reads as zeros. That is a torn tail, which nobody
// was told of. Everything else that is not sound is damage.
//
// Where two segments have the same sequence, the one in the later file counts:
// a segment is abandoned when it cannot be truncated or synced, and its last
// record, which was not acknowledged, is written anew.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

inline constexpr uint32_t kSegmentFormat = 6;
inline constexpr size_t kSegmentHeaderBytes = 32;
inline constexpr size_t kRecordHeaderBytes = 24;
inline constexpr char kEndMark = 0x5a;
inline constexpr size_t kLongestRecord = size_t{1} << 31;

std::string SegmentHeader(uint64_t first_sequence);
std::string RecordHeader(uint64_t sequence, uint32_t length, uint64_t checksum);

// "journal-00000000000000000001"
std::string SegmentName(uint64_t first_sequence);

// The first sequences of the segments in a directory, in order; nullopt, with
// errno, if it cannot be read.
std::optional<std::vector<uint64_t>> ListSegments(const std::string& directory);

struct SegmentEnd {
  uint64_t next_sequence = 0;
  uint64_t length = 0;  // of what is sound
  // What follows is the torn tail of a write that was not completed.
  bool torn = false;
  // What follows is damaged: how, and where. Empty: it is not.
  std::string damage;
};

// Calls `visit` for each record of a segment, up to but not including the
// sequence `stop`. nullopt, with *error, if the file cannot be read or is of
// another format, or if `visit` returns false; where that has set *error it
// stays.
std::optional<SegmentEnd> ReadSegment(
    const std::string& path, uint64_t first_sequence, uint64_t stop,
    const std::function<bool(uint64_t sequence, std::string_view payload)>&
        visit,
    std::string* error);

struct JournalEnd {
  uint64_t next_sequence = 0;
  uint64_t bytes = 0;  // of all segments
  bool has_segment = false;
  uint64_t last_first = 0;  // first sequence of the last segment
  SegmentEnd last;
  // What keeps what follows from being read. Empty: nothing follows.
  std::string damage;
  bool is_gap = false;           // there: records are missing, none is damaged
  std::vector<uint64_t> unread;  // segments behind it
};

// The same for all segments in a directory, from record `from` on, up to the
// first damage.
std::optional<JournalEnd> ReadJournal(
    const std::string& directory, uint64_t from,
    const std::function<bool(uint64_t sequence, std::string_view payload)>&
        visit,
    std::string* error);

}  // namespace plumbline
