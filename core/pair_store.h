// What the core asks of a store of pairs that are not in memory.

#pragma once

#include <span>
#include <vector>

#include "core/join/record.h"

namespace plumbline {

class PairStore {
 public:
  virtual ~PairStore() = default;

  // The stored records with one of these keys, in any order. Asked once for a
  // whole commit group, before it is applied, with the keys that memory lacks;
  // what is returned is put in memory. A record's `next` has no meaning.
  virtual std::vector<Record> Find(std::span<const PairKey> keys) = 0;
};

}  // namespace plumbline
