// How join.memory_bytes is shared out where pairs may leave memory.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/join/pair_table.h"

namespace plumbline {

struct MemorySplit {
  size_t records = 0;          // in memory
  size_t unsaved_records = 0;  // of them: changed, and not yet being saved
  size_t filter_bytes = 0;     // see key_filter.h
  size_t cache_bytes = 0;      // of the database
};

// `remembered_bytes`: join.max_bytes.
inline MemorySplit SplitMemory(int64_t bytes, int64_t remembered_bytes) {
  MemorySplit split;
  const auto all = static_cast<size_t>(bytes);
  // Twelve bits a key in each half are plenty.
  const auto most_keys =
      static_cast<size_t>(remembered_bytes / PairTable::kBytesPerRecord);
  split.filter_bytes = std::min(all / 8, 3 * most_keys);
  split.cache_bytes = std::min(all / 8, size_t{256} << 20);
  // Half of the records may be on their way to the database, as a copy, while
  // the other half changes.
  constexpr size_t kBytes = PairTable::kBytesPerRecord + sizeof(Record) / 2;
  split.records = (all - split.filter_bytes - split.cache_bytes) / kBytes;
  split.unsaved_records = std::max<size_t>(split.records / 2, 1);
  return split;
}

}  // namespace plumbline
