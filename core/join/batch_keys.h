// BatchKeys: the keys of a batch. They drive the prefetch of index slots and
// records.

#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/event/event.h"
#include "core/join/batch_names.h"
#include "core/pairs/pair_table.h"
#include "core/pairs/record.h"

namespace plumbline {

// [Writer]
class BatchKeys {
 public:
  explicit BatchKeys(const PairTable* table) : table_(*table) {}

  void Find(const EventBatch& batch, BatchNames* names) {
    keys_.resize(batch.events.size());
    for (size_t i = 0; i < keys_.size(); ++i) {
      const Event& event = batch.events[i];
      keys_[i].known = event.has_id && names->KeyOf(event, &keys_[i].key);
    }
    PrefetchIndex(0, 2 * kBlock);
    PrefetchRecords(0, kBlock);
  }

  // Call for each event in order. Prefetches the index slot of a later event,
  // and one block of events later its record.
  void Reach(size_t place) const {
    if (place % kBlock != 0) return;
    PrefetchIndex(place + 2 * kBlock, place + 3 * kBlock);
    PrefetchRecords(place + kBlock, place + 2 * kBlock);
  }

  // Null if the event has no id, or its model was not known before the batch.
  const PairKey* Get(size_t place) const {
    return keys_[place].known ? &keys_[place].key : nullptr;
  }

 private:
  static constexpr size_t kBlock = 32;

  struct Key {
    PairKey key;
    bool known = false;
  };

  void PrefetchIndex(size_t begin, size_t end) const {
    for (size_t i = begin; i < std::min(end, keys_.size()); ++i) {
      if (keys_[i].known) table_.PrefetchIndex(keys_[i].key);
    }
  }
  void PrefetchRecords(size_t begin, size_t end) const {
    for (size_t i = begin; i < std::min(end, keys_.size()); ++i) {
      if (keys_[i].known) table_.PrefetchRecord(keys_[i].key);
    }
  }

  const PairTable& table_;
  std::vector<Key> keys_;  // by index of the event
};

}  // namespace plumbline
