// ClassSet: a prediction or a label of several classes, as the join stores it.
//
// A record has 64 bits for a value. A set of up to three classes is stored in
// them. For a larger set they hold a hash, which comparisons use, and the
// classes are in details of the record, eight in each.

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

// Number of details that a set of `classes` classes takes.
constexpr uint32_t SetDetails(size_t classes) {
  return classes <= kClassesInValue
             ? 0
             : static_cast<uint32_t>((classes + kClassesInDetail - 1) /
                                     kClassesInDetail);
}

uint64_t ValueOfSet(const ClassSet& set);
// True if the value is the set itself, not its hash.
bool HoldsSet(uint64_t value);
// REQUIRE: HoldsSet(value). The size in a damaged value may exceed its classes.
size_t SizeOfSet(uint64_t value);
ClassSet SetOfValue(uint64_t value);

// Packs the classes of one detail, from index `begin` of the set on.
void PackSet(const ClassSet& set, size_t begin, Record* detail);
void UnpackSet(const Record& detail, ClassSet* set);  // appends

// The classes that are in one of the sets, or in both.
SetPool::List MembershipsOf(const ClassSet& predicted, const ClassSet& actual);

}  // namespace plumbline
