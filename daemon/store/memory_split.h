// How join.memory_bytes is split where pairs may leave memory.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/pairs/pair_table.h"

namespace plumbline {

struct MemorySplit {
  size_t records = 0;        // in memory
  size_t dirty_records = 0;  // of these: dirty, and not yet being saved
  size_t filter_bytes = 0;   // see key_filter.h
  size_t cache_bytes = 0;    // of the database
};

// For each copied record: its index in the order of keys, and its key's hash
// for the filter of the file.
inline constexpr size_t kSortBytes = 24;
// For each record: its index among the dirty ones, the lists that a group adds
// to its windows, and an index that grows.
inline constexpr size_t kListBytes = 12;

// `remembered_bytes`: join.max_bytes.
inline MemorySplit SplitMemory(int64_t bytes, int64_t remembered_bytes) {
  MemorySplit split;
  const auto all = static_cast<size_t>(bytes);
  // Twelve bits a key in each half suffice.
  const auto most_keys =
      static_cast<size_t>(remembered_bytes / PairTable::kBytesPerRecord);
  split.filter_bytes = std::min(all / 8, 3 * most_keys);
  split.cache_bytes = std::min(all / 8, size_t{256} << 20);
  // Half of the records may be on their way to the database, as a copy, while
  // the other half becomes dirty.
  constexpr size_t kCopyBytes = (sizeof(Record) + kSortBytes) / 2;
  constexpr size_t kBytes =
      PairTable::kBytesPerRecord + kCopyBytes + kListBytes;
  split.records = (all - split.filter_bytes - split.cache_bytes) / kBytes;
  // Queued requests may exceed this by an eighth, and the next group by its own
  // limit (core/engine/pipeline.cc). Together that is the half.
  constexpr double kShare = 0.36;
  split.dirty_records = std::max<size_t>(
      static_cast<size_t>(kShare * static_cast<double>(split.records)), 1);
  return split;
}

}  // namespace plumbline
