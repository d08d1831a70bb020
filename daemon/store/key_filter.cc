#include "daemon/store/key_filter.h"

#include <algorithm>

#include "core/pairs/prefetch.h"

namespace plumbline {
namespace {

constexpr int kBits = 6;  // per key, all in one block

// Calls `visit(word, mask)` for each bit of a key. Keys are hashes already.
template <class Visit>
void ForEachBit(const PairKey& key, Visit visit) {
  uint64_t bits = key.lo;
  for (int i = 0; i < kBits; ++i, bits >>= 9) {
    visit((bits >> 6) & 7, uint64_t{1} << (bits & 63));
  }
}

}  // namespace

KeyFilter::KeyFilter(size_t bytes, std::pmr::memory_resource* memory)
    : blocks_(std::max<size_t>(bytes / 2 / sizeof(Block), 1)),
      halves_{Half(blocks_, memory), Half(blocks_, memory)} {}

size_t KeyFilter::BlockOf(const PairKey& key) const {
  // The upper half of the product spreads evenly over any number of blocks.
  return static_cast<size_t>(((key.hi >> 32) * blocks_) >> 32);
}

// Relaxed: the bits publish nothing but themselves.
void KeyFilter::Add(const PairKey& key) {
  Block& block = halves_[younger_][BlockOf(key)];
  ForEachBit(key, [&block](size_t word, uint64_t mask) {
    if ((block.words[word].load(std::memory_order_relaxed) & mask) == 0) {
      block.words[word].fetch_or(mask, std::memory_order_relaxed);
    }
  });
}

void KeyFilter::TurnIfDue(const Ages& first, const Ages& next) {
  // Acquire: the thread that filled it no longer uses younger_.
  if (!complete_.load(std::memory_order_acquire)) return;
  if (first.prediction < closed_.prediction || first.label < closed_.label) {
    return;
  }
  both_.store(true, std::memory_order_relaxed);
  younger_ = 1 - younger_;
  for (Block& block : halves_[younger_]) {
    for (auto& word : block.words) word.store(0, std::memory_order_relaxed);
  }
  closed_ = next;
}

bool KeyFilter::MayHold(const PairKey& key) const {
  // Acquire: sees the keys added before Complete().
  if (!complete_.load(std::memory_order_acquire)) return true;
  const size_t number = BlockOf(key);
  const auto in = [&](const Half& half) {
    bool all = true;
    ForEachBit(key, [&](size_t word, uint64_t mask) {
      all = all &&
            (half[number].words[word].load(std::memory_order_relaxed) & mask);
    });
    return all;
  };
  return in(halves_[0]) ||
         (both_.load(std::memory_order_relaxed) && in(halves_[1])) ||
         IsUnknown(key);
}

bool KeyFilter::IsUnknown(const PairKey& key) const {
  return std::any_of(unknown_.begin(), unknown_.end(), [&](const auto& range) {
    return range.first <= key && key < range.second;
  });
}

void KeyFilter::Prefetch(const PairKey& key) const {
  const size_t number = BlockOf(key);
  plumbline::Prefetch(&halves_[0][number]);
  if (both_.load(std::memory_order_relaxed)) {
    plumbline::Prefetch(&halves_[1][number]);
  }
}

}  // namespace plumbline
