// Remembered: the records that were remembered at one moment, for readers of
// stored records while the writer continues. A forgotten record stays
// forgotten.

#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/pairs/age_counts.h"

namespace plumbline {

class Remembered {
 public:
  // The marks of each owner's age_counts; deleted owners have no entry.
  using Marks = std::unordered_map<uint32_t, std::vector<AgeCounts::Mark>>;
  explicit Remembered(Marks marks) : marks_(std::move(marks)) {}

  // REQUIRES: the record is not younger than the snapshot.
  bool Alive(const Record& record) const {
    const auto owner = marks_.find(static_cast<uint32_t>(record.owner));
    if (owner == marks_.end()) return false;
    const auto& marks = owner->second;
    const auto mark = std::lower_bound(
        marks.begin(), marks.end(), record.age,
        [](const AgeCounts::Mark& m, uint32_t age) { return m.age < age; });
    return mark != marks.end() && mark->age == record.age &&
           mark->Holds(record);
  }

 private:
  Marks marks_;
};

}  // namespace plumbline
