// PartGaps: the parts that an image of a model leaves out, because an earlier
// image has them unchanged.
//
// A checkpoint copies a model ahead, and again at its moment. The second image
// holds what has changed in between, and gaps for the large parts that have
// not: slots of windows, histories of figures. Filled() puts these parts in
// from the first image.
//
// A part is known by its address, and by its stamp: the generation of the
// model's seqlock at its last change. INVARIANT: a new object at an old address
// has a later stamp, or none (0). Parts without a stamp are always written.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace plumbline {

// Where a part is in an image.
struct PartPlace {
  const void* part;  // only compared: the part may be gone
  uint32_t at;
  uint32_t size;
};

// The parts of one image, in the order of the image.
struct PartPlaces {
  uint64_t generation = 0;  // the closed one of the model's seqlock
  uint32_t matrix = 0;      // cells of a slot
  uint32_t marginals = 0;   // cells of a slot
  std::vector<PartPlace> parts;
};

// Belongs to one image in the making.
class PartGaps {
 public:
  // `ahead`: the places of the earlier image. It must outlive this.
  explicit PartGaps(const PartPlaces* ahead) : ahead_(ahead) {}

  // The bytes to leave out for the next part; 0 if it must be written. `at`:
  // size of the image so far.
  uint32_t LeaveOut(const void* part, uint64_t stamp, size_t at) {
    if (next_ == ahead_->parts.size()) return 0;
    // After a change of windows, versions or slices the order differs: the
    // parts that follow are written.
    const PartPlace& place = ahead_->parts[next_];
    if (place.part != part) return 0;
    ++next_;
    if (stamp == 0 || stamp > ahead_->generation) return 0;
    gaps_.emplace_back(at, place);
    return place.size;
  }

  // The whole image. `image`: the one with gaps; `ahead`: the earlier image.
  std::string Filled(const std::string& image, const std::string& ahead) const {
    size_t size = image.size();
    for (const auto& [at, place] : gaps_) size += place.size;
    std::string whole;
    whole.reserve(size);
    size_t done = 0;
    for (const auto& [at, place] : gaps_) {
      whole.append(image, done, at - done);
      whole.append(ahead, place.at, place.size);
      done = at;
    }
    return whole.append(image, done);
  }

  size_t size() const { return gaps_.size(); }

 private:
  const PartPlaces* ahead_;
  size_t next_ = 0;  // in ahead_->parts
  std::vector<std::pair<size_t, PartPlace>> gaps_;
};

}  // namespace plumbline
