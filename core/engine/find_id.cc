#include "core/engine/find_id.h"

#include <optional>
#include <span>
#include <vector>

#include "core/pairs/pair_key.h"

namespace plumbline {
namespace {

std::vector<Record> ChainOf(const PairTable& table, const PairKey& key) {
  std::vector<Record> chain;
  for (uint32_t r = table.Find(key); r != PairTable::kNone;
       r = table.at(r).next) {
    chain.push_back(table.at(r));
  }
  return chain;
}

}  // namespace

FoundId FindId(Pipeline* pipeline, PairStore* store, const AskedId& id,
               KnownId* known) {
  std::optional<PairKey> key;
  std::vector<Record> stored;
  bool in_memory = false;
  const auto look = [&](State* state) {
    const Model* found = state->FindModel(id.model);
    key.reset();
    if (found == nullptr) return;
    key = PairKeyOf(found->number, id.hi, id.lo);
    const std::vector<Record> chain = ChainOf(state->table(), *key);
    in_memory = !chain.empty();
    *known = ReadKnownId(state, *found, in_memory ? chain : stored);
  };
  pipeline->Exclusively(look);
  if (key && !in_memory && store != nullptr) {
    // Not under the writer's lock, as the disk may be slow. Records loaded
    // meanwhile are newer.
    std::vector<PairKey> unreadable;
    store->Find(std::span(&*key, 1), &stored, &unreadable);
    if (!unreadable.empty()) return FoundId::kStoreFailed;
    pipeline->Exclusively(look);
  }
  if (!key) return FoundId::kNoModel;
  return known->empty() ? FoundId::kNothing : FoundId::kFound;
}

}  // namespace plumbline
