// KeyFilter: tells for most keys that they are not in the store, without
// reading it. A Bloom filter in blocks of one cache line (F. Putze, P. Sanders,
// J. Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007).
//
// Keys cannot be removed from it, so there are two halves: the younger takes
// new keys, the older only answers. When every key stored before the younger
// began is forgotten, the older is cleared and becomes the younger. So a key
// stays for at least its life, and less than twice that. More keys than it is
// made for only raise the rate of false positives.
//
// One thread adds and turns, any thread may ask, and one more may add until
// Complete(). Readers see a key once the pipeline's lock has ordered its Add()
// before them.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <utility>
#include <vector>

#include "core/pairs/record.h"

namespace plumbline {

class KeyFilter {
 public:
  // Two halves of `bytes` together, from `memory`.
  explicit KeyFilter(size_t bytes, std::pmr::memory_resource* memory =
                                       std::pmr::get_default_resource());

  void Add(const PairKey& key);
  // Marks keys in [from, to) as unknown, as they cannot be read. Call before
  // Complete().
  void AddUnknown(const PairKey& from, const PairKey& to) {
    unknown_.emplace_back(from, to);
  }
  // Call when all other stored keys are added. Until then every key may be
  // stored.
  void Complete() { complete_.store(true, std::memory_order_release); }

  // Age buckets of predictions and of labels.
  struct Ages {
    uint32_t prediction = 0;
    uint32_t label = 0;
  };
  // `first`: records of older ages are forgotten. `next`: everything stored so
  // far has older ages; what is stored from now on may have any.
  void TurnIfDue(const Ages& first, const Ages& next);

  size_t bytes() const { return 2 * blocks_ * sizeof(Block); }

  bool MayHold(const PairKey& key) const;
  void Prefetch(const PairKey& key) const;

 private:
  struct alignas(64) Block {
    std::array<std::atomic<uint64_t>, 8> words{};
  };
  using Half = std::pmr::vector<Block>;

  bool IsUnknown(const PairKey& key) const;
  size_t BlockOf(const PairKey& key) const;

  const size_t blocks_;  // of each half
  std::array<Half, 2> halves_;
  size_t younger_ = 0;
  std::atomic<bool> both_{false};  // until the first turn: halves_[0] only
  Ages closed_;  // keys of the older half have ages before these
  std::vector<std::pair<PairKey, PairKey>> unknown_;  // until Complete()
  std::atomic<bool> complete_{false};
};

}  // namespace plumbline
