#include "core/drift/bins.h"

#include <algorithm>

#include "core/codec/archive.h"

namespace plumbline {

uint32_t Bins::Find(const DriftValue& value) const {
  const uint32_t others = values();
  if (std::holds_alternative<std::monostate>(value)) return others + 1;
  if (const auto* number = std::get_if<double>(&value)) {
    if (!numeric) return others;
    // There are few edges: comparing with all is faster than a binary search.
    uint32_t bin = 0;
    for (const double edge : edges) bin += edge < *number ? 1 : 0;
    return bin;
  }
  if (numeric) return others;
  return static_cast<uint32_t>(std::find(categories.begin(), categories.end(),
                                         std::get<std::string_view>(value)) -
                               categories.begin());
}

template <class Archive>
void Bins::Fields(Archive& archive) {
  archive.Part("bins", [&] {
    archive.Field(1, numeric);
    archive.Field(2, edges);
    archive.Field(3, [&] {
      DoEach(archive, categories,
             [&](std::string& text) { archive.Text(text); });
    });
  });
  if constexpr (Archive::kLoads) {
    if (size() > kMostBins) archive.Fail();
  }
}

template void Bins::Fields(Save&);
template void Bins::Fields(Load&);

}  // namespace plumbline
