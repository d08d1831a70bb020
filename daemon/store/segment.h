// Segment: one file of the journal, and how to read it.
//
// A segment begins with a header and holds records one after another:
//
//     header   magic (8), format version (4), 0 (4), first sequence (8),
//              checksum of the 24 bytes before it (8)
//     record   length of payload (4), checksum of length and sequence (4),
//              sequence (8), checksum of the payload (8), payload,
//              an end mark that is not zero (1)
//
// Numbers are little-endian, checksums XXH3-64. Sequences increase by one
// across all segments. A file is named after its first sequence, so names sort
// in order.
//
// An incomplete write leaves the beginning of a record, or a record with an end
// that was never written and reads as zeros. That is a torn tail: it was never
// acknowledged. Anything else that is not sound is damage.
//
// If two segments have the same sequence, the one in the later file counts. A
// segment that cannot be truncated or synced is abandoned, and its last record,
// which was not acknowledged, is written again.

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
// errno, if the directory cannot be read.
std::optional<std::vector<uint64_t>> ListSegments(const std::string& directory);

struct SegmentEnd {
  uint64_t next_sequence = 0;
  uint64_t length = 0;  // of the sound part
  // The torn tail of an incomplete write follows.
  bool torn = false;
  // How and where the rest is damaged; empty if it is not.
  std::string damage;
};

// Calls `visit` for each record of a segment with a sequence below `stop`.
// nullopt, with *error, if the file cannot be read or has another format, or if
// `visit` returns false. Keeps an *error that `visit` has set.
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
  // Why the rest cannot be read; empty if nothing follows.
  std::string damage;
  bool is_gap = false;           // records are missing, not damaged
  std::vector<uint64_t> unread;  // segments after `damage`
};

// The same for all segments in a directory, from record `from` on, up to the
// first damage.
std::optional<JournalEnd> ReadJournal(
    const std::string& directory, uint64_t from,
    const std::function<bool(uint64_t sequence, std::string_view payload)>&
        visit,
    std::string* error);

}  // namespace plumbline
