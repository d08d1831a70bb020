#include "core/estimate/isotonic.h"

namespace plumbline {

std::vector<IsotonicBlock> PoolAdjacentViolators(
    std::span<const double> positives, std::span<const double> totals) {
  std::vector<IsotonicBlock> blocks;
  for (size_t i = 0; i < totals.size(); ++i) {
    if (totals[i] <= 0) continue;
    IsotonicBlock block = {i, i, positives[i], totals[i]};
    while (!blocks.empty() && block.share() <= blocks.back().share()) {
      const IsotonicBlock& before = blocks.back();
      block = {before.first, block.last, before.positives + block.positives,
               before.total + block.total};
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace plumbline
