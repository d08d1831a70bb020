// StoredPairs: implements PairStore on the database.

#pragma once

#include <span>
#include <vector>

#include "core/pairs/pair_store.h"
#include "daemon/store/database.h"
#include "daemon/store/key_filter.h"
#include "daemon/store/pacer.h"

namespace plumbline {

class StoredPairs : public PairStore {
 public:
  // `pacer` may be null.
  StoredPairs(const Database* database, const KeyFilter* filter, Pacer* pacer)
      : database_(database), filter_(filter), pacer_(pacer) {}

  void Screen(std::vector<PairKey>* keys) override;
  size_t Find(std::span<const PairKey> keys, std::vector<Record>* records,
              std::vector<PairKey>* unreadable) override {
    return database_->Find(keys, records, unreadable);
  }
  void NoteDamaged(const Record& stored) override {
    database_->TellDamaged(stored);
  }
  void AwaitTurn(size_t events, size_t dirty) override;

 private:
  const Database* const database_;
  const KeyFilter* const filter_;
  Pacer* const pacer_;
};

}  // namespace plumbline
