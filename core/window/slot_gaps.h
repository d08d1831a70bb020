// SlotGaps: which slots an image of a model leaves out, because an earlier
// image has them unchanged.
//
// A checkpoint copies a model ahead, and again at its moment. The second image
// holds the slots that changed in between, and gaps for the others. Filled()
// puts the slots of the first image in.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace plumbline {

// Where a slot is in an image.
struct SlotPlace {
  const void* slot;  // only compared: the slot may be gone
  uint32_t at;
  uint32_t size;
};

// The slots of one image, in the order of the image.
struct SlotPlaces {
  uint64_t generation = 0;  // the closed one of the model's seqlock
  uint32_t matrix = 0;      // cells of a slot
  uint32_t marginals = 0;   // cells of a slot
  std::vector<SlotPlace> slots;
};

// Belongs to one image in the making.
class SlotGaps {
 public:
  // `ahead`: the places of the earlier image. It must outlive this.
  explicit SlotGaps(const SlotPlaces* ahead) : ahead_(ahead) {}

  // The bytes to leave out for the next slot; 0 if it must be written. `stamp`:
  // Slot::Stamp(). `at`: size of the image so far.
  uint32_t LeaveOut(const void* slot, uint64_t stamp, size_t at) {
    if (next_ == ahead_->slots.size()) return 0;
    // After a change of windows, versions or slices the order differs: the
    // slots that follow are written.
    const SlotPlace& place = ahead_->slots[next_];
    if (place.slot != slot) return 0;
    ++next_;
    // A slot without a stamp is empty, and may be a new one at an old address.
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
  const SlotPlaces* ahead_;
  size_t next_ = 0;  // in ahead_->slots
  std::vector<std::pair<size_t, SlotPlace>> gaps_;
};

}  // namespace plumbline
