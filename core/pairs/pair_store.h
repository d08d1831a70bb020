// PairStore: the store of pairs that are not in memory, as the core uses it.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/pairs/record.h"

namespace plumbline {

class PairStore {
 public:
  virtual ~PairStore() = default;

  // Keeps the keys that may be stored, in order. Never removes a key that is
  // stored. Must be cheap: it is called with all keys of a commit group that
  // are not in memory.
  virtual void Screen(std::vector<PairKey>* keys) = 0;

  // Appends the stored records of these keys, in any order; the caller puts
  // them in memory. `next` of a record has no meaning. May stop after some of
  // the keys to keep the result small: returns the number of keys looked up,
  // from the first on, at least one. Appends those of them that cannot be read
  // now to `unreadable`. REQUIRES: `keys` is not empty.
  virtual size_t Find(std::span<const PairKey> keys,
                      std::vector<Record>* records,
                      std::vector<PairKey>* unreadable) = 0;
  // Notes a record that does not fit the state: it is damaged.
  virtual void NoteDamaged(const Record& /*stored*/) {}

  // [Any thread] Delays a request of `events` events while ingest is faster
  // than saving. `dirty`: number of dirty records.
  virtual void AwaitTurn(size_t /*events*/, size_t /*dirty*/) {}
};

}  // namespace plumbline
