// Classes that are one: spellings that the rules, or the aliases in force, say
// are of one class.
//
// A model keeps what it has counted under each spelling apart, as the spelling
// may become a class of its own again: when its alias is taken out of the
// configuration. Readers add up what is one (snapshot.cc).

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/window/slot.h"

namespace plumbline {

struct ClassMap {
  // By class of the model, the class that it is, which is its own.
  std::vector<uint32_t> representative;
  // By class of the model, the place among the classes that are shown.
  std::vector<uint32_t> shown;
  uint32_t shown_count = 0;

  // `representative` with what follows from it.
  static ClassMap Of(std::vector<uint32_t> representative);
  bool operator==(const ClassMap&) const = default;
};

// Adds up what is one. The counts are of the classes of the model, and then of
// those that are shown. How pairs with two spellings of a class were scored
// stays as it was; which classes are most often taken for each other is left
// out, as that is counted by spelling.
void UniteClasses(const ClassMap& map, SlotCounts* counts);
void UniteMatrix(const ClassMap& map, std::vector<uint64_t>* cells);
void UniteByClass(const ClassMap& map, std::vector<uint64_t>* counts);

}  // namespace plumbline
