// ListPool: lists of several classes that pairs refer to while a group or a
// last-N window needs them. An observation has room only for the number of a
// list.
//
// For the writer only. Lists without a holder are dropped after each group.

#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/codec/archive.h"

namespace plumbline {

template <class Item>
class ListPool {
 public:
  using List = std::vector<Item>;

  uint32_t Add(List list) {
    uint32_t number = 0;
    if (free_.empty()) {
      number = static_cast<uint32_t>(entries_.size());
      entries_.emplace_back();
    } else {
      number = free_.back();
      free_.pop_back();
    }
    entries_[number] = {0, true, std::move(list)};
    loose_.push_back(number);
    return number;
  }
  bool Has(uint32_t number) const { return number < entries_.size(); }
  const List& Of(uint32_t number) const { return entries_[number].list; }

  void Hold(uint32_t number) { ++entries_[number].holders; }
  void Release(uint32_t number) {
    if (--entries_[number].holders == 0) loose_.push_back(number);
  }
  void EndGroup() {
    for (const uint32_t number : loose_) {
      Entry& entry = entries_[number];
      if (entry.holders > 0 || !entry.used) continue;
      entry.used = false;
      List().swap(entry.list);
      free_.push_back(number);
    }
    loose_.clear();
  }

  // See core/codec/archive.h. Called between two groups, so that lists without
  // a holder are free. `classes`: number of classes of the model.
  template <class Archive>
  void Fields(Archive& archive, uint32_t classes) {
    archive.Part("lists of classes", [&] {
      archive.Field(1, [&] {
        DoEach(archive, entries_, [&](Entry& entry) {
          archive.Do(entry.holders);
          DoList(archive, entry.list);
        });
      });
      archive.Field(2, free_);
    });
    if constexpr (Archive::kLoads) {
      if (!TakeLoaded(classes)) archive.Fail();
    }
  }

  // Bytes charged for a list of `classes` classes.
  static int64_t Bytes(uint32_t classes) {
    return static_cast<int64_t>(sizeof(Entry)) +
           static_cast<int64_t>(classes) * static_cast<int64_t>(sizeof(Item));
  }

 private:
  struct Entry {
    uint32_t holders = 0;
    bool used = false;  // false: in free_
    List list;
  };

  // False if the loaded lists are not valid.
  bool TakeLoaded(uint32_t classes) {
    for (Entry& entry : entries_) {
      entry.used = entry.holders > 0;
      for (const Item& item : entry.list) {
        if (!item.IsSound(classes)) return false;
      }
    }
    return std::none_of(free_.begin(), free_.end(), [this](uint32_t number) {
      return !Has(number) || entries_[number].used;
    });
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> loose_;  // may lack a holder; may hold a number twice
};

struct ClassProbability {
  uint32_t class_index = 0;
  double probability = 0;

  bool IsSound(uint32_t classes) const {
    return class_index < classes && probability >= 0 && probability <= 1;
  }
};
using ScorePool = ListPool<ClassProbability>;

// A class that was predicted, or is in the label, or both.
struct ClassMembership {
  uint32_t class_index : 30 = 0;
  uint32_t predicted : 1 = 0;
  uint32_t actual : 1 = 0;

  bool IsSound(uint32_t classes) const { return class_index < classes; }
};
using SetPool = ListPool<ClassMembership>;

}  // namespace plumbline
