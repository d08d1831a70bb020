// StoredPairs: the pairs in the database, as the pipeline asks for them.

#pragma once

#include <atomic>
#include <vector>

#include "core/pair_store.h"
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
  bool Find(std::span<const PairKey> keys,
            std::vector<Record>* records) override;
  void AwaitTurn(size_t events, size_t unsaved) override;

  // [Any thread] Look-ups that failed.
  uint64_t errors() const { return errors_.load(std::memory_order_relaxed); }

 private:
  const Database* const database_;
  const KeyFilter* const filter_;
  Pacer* const pacer_;
  std::atomic<uint64_t> errors_{0};
};

}  // namespace plumbline
