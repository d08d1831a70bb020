// GzipParts: a long text becomes one gzip member while its parts are written by
// turns, and never lies in memory whole.
//
// Each part is packed a piece at a time. A piece is deflated on its own,
// without a look at what is before it, and ends at a byte (Z_FULL_FLUSH): so
// the pieces can be put in any order, and the checksum of the whole follows
// from theirs.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

struct PackedText {
  std::string gzip;        // one member
  uint64_t text_size = 0;  // bytes that it unpacks to
};

class GzipParts {
 public:
  // Throw std::bad_alloc where there is no memory.
  GzipParts();
  void Append(size_t part, std::string_view text);
  // The parts, by their number. To be called once, after the last Append().
  PackedText Finish();
  ~GzipParts();

 private:
  struct Deflater;
  struct Piece {
    size_t begin;  // in packed_
    size_t size;
    uint64_t checksum;  // of its text
    size_t text_size;
  };
  struct Part {
    std::string text;  // not packed yet
    std::vector<Piece> pieces;
  };

  void Pack(Part* part);

  const std::unique_ptr<Deflater> deflater_;
  std::vector<Part> parts_;
  std::string packed_;  // the pieces, as they came
};

}  // namespace plumbline
