// What the files that serialise a model share.

#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/codec/archive.h"
#include "core/model/model.h"
#include "core/window/stored_shape.h"

namespace plumbline {

// Counts in a row. If fewer are stored, the others are 0.
template <class Archive>
void DoRow(Archive& archive, uint64_t* counts, size_t n) {
  std::vector<uint64_t> row(counts, counts + n);
  DoList(archive, row);
  if constexpr (Archive::kLoads) {
    if (row.size() > n) return archive.Fail();
    std::copy(row.begin(), row.end(), counts);
  }
}

// The shape of the model that windows and sums by cell are stored with.
StoredShape StoredShapeOf(const Model& model);

}  // namespace plumbline
