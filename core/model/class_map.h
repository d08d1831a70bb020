// ClassMap: merges spellings that are one class under the rules or the aliases
// in force.
//
// A model counts each spelling apart: a spelling becomes a class of its own
// again when its alias leaves the configuration. Readers add up the spellings
// of a class (snapshot.cc).

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/window/slot.h"

namespace plumbline {

struct ClassMap {
  // By class of the model: its representative, which maps to itself.
  std::vector<uint32_t> representative;
  // By class of the model: its index among the classes shown.
  std::vector<uint32_t> shown;
  uint32_t shown_count = 0;

  // Derives the other fields from `representative`.
  static ClassMap Of(std::vector<uint32_t> representative);
  bool operator==(const ClassMap&) const = default;
};

// Add up the spellings of each class: from counts by class of the model to
// counts by class shown. Scores of pairs with two spellings of a class stay as
// they were counted. The sketch of the most frequent misses is cleared, as it
// counts by spelling.
void UniteClasses(const ClassMap& map, SlotCounts* counts);
void UniteMatrix(const ClassMap& map, std::vector<uint64_t>* cells);
void UniteByClass(const ClassMap& map, std::vector<uint64_t>* counts);

}  // namespace plumbline
