// ClassSet: a prediction or a label of several classes, as the join keeps it.
//
// A record has 64 bits for a value. A set of up to three classes is in them. Of
// a larger one they are a hash, by which it is compared, and its classes are in
// details of the record, eight in each.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/pairs/record.h"
#include "core/window/list_pool.h"

namespace plumbline {

using ClassSet = std::vector<uint32_t>;  // class indexes, ascending

inline constexpr size_t kClassesInValue = 3;
inline constexpr size_t kClassesInDetail = 8;

// How many details a set of so many classes takes.
constexpr uint32_t SetDetails(size_t classes) {
  return classes <= kClassesInValue
             ? 0
             : static_cast<uint32_t>((classes + kClassesInDetail - 1) /
                                     kClassesInDetail);
}

uint64_t ValueOfSet(const ClassSet& set);
// True if the value is the set, and not its hash.
bool HoldsSet(uint64_t value);
// REQUIRE: HoldsSet(value). What is damaged may say more than it holds.
size_t SizeOfSet(uint64_t value);
ClassSet SetOfValue(uint64_t value);

// The classes of a detail, from place `begin` of the set on.
void PackSet(const ClassSet& set, size_t begin, Record* detail);
void UnpackSet(const Record& detail, ClassSet* set);  // appends

// Each class that is in one of them, or in both.
SetPool::List MembershipsOf(const ClassSet& predicted, const ClassSet& actual);

}  // namespace plumbline
