// KeyFilter: says of most keys that are not in the store that they are not,
// without asking it. A Bloom filter in blocks of one cache line (F. Putze, P.
// Sanders, J. Singler, "Cache-, Hash- and Space-Efficient Bloom Filters",
// 2007).
//
// Keys cannot be taken out of it, so there are two of them: one takes new keys,
// the other one only answers. When nothing is remembered any more that was
// stored before the younger was begun, the older one is cleared and takes over.
// So a key is there for as long as it can be alive, and less than twice that.
// When more keys come than it is made for it says "maybe" more often, no more.
//
// One thread adds and turns, others may ask meanwhile, and one more may add
// until Complete(). What those who ask must not miss they learn of by other
// ways (the pipeline's lock) after it was added.

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
  // Of two halves, together `bytes` in size, from `memory`.
  explicit KeyFilter(size_t bytes, std::pmr::memory_resource* memory =
                                       std::pmr::get_default_resource());

  void Add(const PairKey& key);
  // Of keys in [from, to) nothing is known, as they cannot be read. Before
  // Complete().
  void AddUnknown(const PairKey& from, const PairKey& to) {
    unknown_.emplace_back(from, to);
  }
  // All others that are stored have been added. Before that it knows nothing.
  void Complete() { complete_.store(true, std::memory_order_release); }

  // Age buckets of predictions and of labels.
  struct Ages {
    uint32_t prediction = 0;
    uint32_t label = 0;
  };
  // `first`: those before these are forgotten. `next`: what is stored from now
  // on may be of any age, what was stored is of ages before these.
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
  std::atomic<bool> both_{false};  // until it first turned only halves_[0]
  Ages closed_;  // the older one holds keys of ages before these
  std::vector<std::pair<PairKey, PairKey>> unknown_;  // until Complete()
  std::atomic<bool> complete_{false};
};

}  // namespace plumbline
