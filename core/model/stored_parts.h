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

// Counts as format 8 has them: values in a row.
inline void LoadRow(Load& load, uint64_t* counts, size_t n) {
  for (size_t i = 0; i < n; ++i) load.Do(counts[i]);
}

// The shape of the model that windows and sums by cell are stored with.
StoredShape StoredShapeOf(const Model& model);

}  // namespace plumbline
