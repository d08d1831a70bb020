// What the core asks of a store of pairs that are not in memory.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/pairs/record.h"

namespace plumbline {

class PairStore {
 public:
  virtual ~PairStore() = default;

  // Of these keys, those that may be stored, in their order. Never leaves out
  // one that is. Asked with all keys of a commit group that are not in memory,
  // so it is to be cheap.
  virtual void Screen(std::vector<PairKey>* keys) = 0;

  // Adds the stored records of these keys, in any order; they are put in
  // memory. A record's `next` has no meaning. It may end after some of the
  // keys, so that what it finds stays small: returns how many it has looked up,
  // from the first on, at least one. Those of them of which it cannot be read
  // now what is stored are appended to `unreadable`.
  // REQUIRES: there are keys.
  virtual size_t Find(std::span<const PairKey> keys,
                      std::vector<Record>* records,
                      std::vector<PairKey>* unreadable) = 0;
  // This one is of nothing that there is: it is not what was stored.
  virtual void NoteDamaged(const Record& /*stored*/) {}

  // [Any thread] Holds up a request of so many events where ingest outruns
  // what is saved. `unsaved`: records that have changed by now.
  virtual void AwaitTurn(size_t /*events*/, size_t /*unsaved*/) {}
};

}  // namespace plumbline
