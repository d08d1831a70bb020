// GzipParts: packs a long text into one gzip member while its parts are written
// in turns, without holding the whole text in memory.
//
// Each part is packed piece by piece. A piece is deflated independently of the
// pieces before it, and ends at a byte (Z_FULL_FLUSH). So pieces can be put in
// any order, and the checksum of the whole is combined from theirs.

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
  // Each member throws std::bad_alloc if memory runs out.
  GzipParts();
  void Append(size_t part, std::string_view text);
  // The parts in the order of their numbers. Call once, after the last
  // Append().
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
  std::string packed_;  // the pieces, by arrival
};

}  // namespace plumbline
