#include "core/pairs/class_set.h"

#include <algorithm>

namespace plumbline {
namespace {

constexpr uint64_t kIsHash = uint64_t{1} << 63;
constexpr int kCountShift = 48;
constexpr int kClassBits = 16;
constexpr uint64_t kClassMask = 0xffff;  // stands for no class
constexpr size_t kClassesInWord = 4;

// The finalizer of SplitMix64 (G. Steele et al., "Fast Splittable Pseudorandom
// Number Generators", OOPSLA 2014).
uint64_t Mix(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

uint64_t PackWord(const ClassSet& set, size_t begin) {
  uint64_t word = 0;
  for (size_t i = 0; i < kClassesInWord; ++i) {
    const uint64_t c = begin + i < set.size() ? set[begin + i] : kClassMask;
    word |= c << (kClassBits * i);
  }
  return word;
}

}  // namespace

uint64_t ValueOfSet(const ClassSet& set) {
  if (set.size() <= kClassesInValue) {
    uint64_t value = uint64_t{set.size()} << kCountShift;
    for (size_t i = 0; i < set.size(); ++i) {
      value |= uint64_t{set[i]} << (kClassBits * i);
    }
    return value;
  }
  uint64_t hash = set.size();
  for (const uint32_t c : set) hash = Mix(hash + 0x9e3779b97f4a7c15 + c);
  return hash | kIsHash;
}

bool HoldsSet(uint64_t value) { return (value & kIsHash) == 0; }

size_t SizeOfSet(uint64_t value) { return value >> kCountShift; }

ClassSet SetOfValue(uint64_t value) {
  ClassSet set(std::min(SizeOfSet(value), kClassesInValue));
  for (size_t i = 0; i < set.size(); ++i) {
    set[i] = static_cast<uint32_t>(value >> (kClassBits * i) & kClassMask);
  }
  return set;
}

void PackSet(const ClassSet& set, size_t begin, Record* detail) {
  detail->first = PackWord(set, begin);
  detail->second = PackWord(set, begin + kClassesInWord);
}

void UnpackSet(const Record& detail, ClassSet* set) {
  for (const uint64_t word : {detail.first, detail.second}) {
    for (size_t i = 0; i < kClassesInWord; ++i) {
      const uint64_t c = word >> (kClassBits * i) & kClassMask;
      if (c != kClassMask) set->push_back(static_cast<uint32_t>(c));
    }
  }
}

SetPool::List MembershipsOf(const ClassSet& predicted, const ClassSet& actual) {
  SetPool::List list;
  auto p = predicted.begin();
  auto a = actual.begin();
  while (p != predicted.end() || a != actual.end()) {
    const bool is_predicted =
        p != predicted.end() && (a == actual.end() || *p <= *a);
    const bool is_actual =
        a != actual.end() && (p == predicted.end() || *a <= *p);
    list.push_back({is_predicted ? *p : *a, is_predicted, is_actual});
    p += is_predicted;
    a += is_actual;
  }
  return list;
}

}  // namespace plumbline
