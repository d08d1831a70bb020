// Remembered: which records were remembered at one moment, for those who look
// at stored records while the state goes on. What is forgotten stays so.

#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/join/ledger.h"

namespace plumbline {

class Remembered {
 public:
  // `marks`: of each owner's ledger; empty for owners that are gone.
  explicit Remembered(std::vector<std::vector<Ledger::Mark>> marks)
      : marks_(std::move(marks)) {}

  // REQUIRES: the record is not younger than the moment.
  bool Alive(const Record& record) const {
    if (record.owner >= marks_.size()) return false;
    const auto& marks = marks_[record.owner];
    const auto mark = std::lower_bound(
        marks.begin(), marks.end(), record.age,
        [](const Ledger::Mark& m, uint32_t age) { return m.age < age; });
    return mark != marks.end() && mark->age == record.age &&
           mark->Holds(record);
  }

 private:
  std::vector<std::vector<Ledger::Mark>> marks_;
};

}  // namespace plumbline
