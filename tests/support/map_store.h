// A store of pairs in a map, and a checkpoint of an engine into it. Tests run
// the steps of the checkpoint between groups.

#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/engine/checkpoint.h"
#include "core/engine/pipeline.h"
#include "core/pairs/pair_store.h"

namespace plumbline {

class MapStore : public PairStore {
 public:
  void Screen(std::vector<PairKey>* keys) override {
    std::erase_if(*keys,
                  [this](const PairKey& key) { return !pairs.contains(key); });
  }
  size_t Find(std::span<const PairKey> keys, std::vector<Record>* records,
              std::vector<PairKey>* unreadable) override {
    keys = keys.first(std::min(keys.size(), most_keys));
    for (const PairKey& key : keys) {
      if (fails || damaged.contains(key)) {
        unreadable->push_back(key);
        continue;
      }
      if (!pairs.contains(key)) continue;
      const auto& chain = pairs.at(key);
      records->insert(records->end(), chain.begin(), chain.end());
      ++found;
    }
    return keys.size();
  }

  // Replaces the chains of the same keys.
  void Save(const std::vector<Record>& records) {
    for (const Record& record : records) pairs.erase(record.key);
    for (const Record& record : records) pairs[record.key].push_back(record);
  }

  std::map<PairKey, std::vector<Record>> pairs;
  std::set<PairKey> damaged;    // reads of these fail
  bool fails = false;           // all reads fail
  size_t most_keys = SIZE_MAX;  // per look-up
  int found = 0;
};

class SteppedCheckpoint {
 public:
  SteppedCheckpoint(Pipeline* pipeline, MapStore* store)
      : pipeline_(pipeline), store_(store) {}

  // Copies up to `n` more models ahead of Begin(). True when none is left.
  bool CopyAhead(size_t n) {
    bool any = true;
    pipeline_->Exclusively([&](State* state) {
      for (; n > 0 && any; --n) any = state->dirty_models().CopyAhead();
    });
    return !any;
  }
  // `at`: the number of groups so far.
  void Begin(size_t at) {
    pipeline_->Exclusively([&](State* state) {
      image_.head = SaveHead(state);
      state->dirty_models().Begin();
      state->dirty_pairs().Begin();
    });
    at_ = at;
    copied_ = false;
    running_ = true;
  }
  // Copies up to `n` more chains and models. True when all are copied.
  bool Copy(size_t n) {
    pipeline_->Exclusively([&](State* state) {
      bool any = true;
      for (size_t i = 0; i < n && any; ++i) {
        any = state->dirty_models().CopyNext();
      }
      copied_ = state->dirty_pairs().CopySome(n) && !any;
    });
    return copied_;
  }
  // Stores the copy. Saved() then tells the memory of the join.
  void Store() {
    pipeline_->Exclusively([&](State* state) {
      store_->Save(state->dirty_pairs().Take());
      auto models = state->dirty_models().Take().Join();
      for (auto& [number, model] : models) {
        image_.models[number] = std::move(model);
      }
    });
    stored_image = image_;
    stored_at = at_;
  }
  void Saved() {
    pipeline_->Exclusively([&](State* state) { state->dirty_pairs().Saved(); });
    running_ = false;
  }
  void Whole(size_t at) {
    Begin(at);
    while (!Copy(1)) {
    }
    Store();
    Saved();
  }

  bool running() const { return running_; }
  StateImage stored_image;
  size_t stored_at = 0;

 private:
  Pipeline* const pipeline_;
  MapStore* const store_;
  StateImage image_;
  size_t at_ = 0;
  bool copied_ = false;
  bool running_ = false;
};

}  // namespace plumbline
