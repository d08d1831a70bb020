// The number of seeds in tests of random worlds: few for each commit, many in
// `make test-long`.
#pragma once

#include <cstdlib>

#if __has_include(<catch2/generators/catch_generators_range.hpp>)
#include <catch2/generators/catch_generators_range.hpp>
#endif

namespace plumbline {

// PLUMBLINE_TEST_SEEDS, or `few` without it.
inline unsigned SeedsOr(unsigned few) {
  const char* seeds = std::getenv("PLUMBLINE_TEST_SEEDS");
  const int given = seeds == nullptr ? 0 : std::atoi(seeds);
  return given > 0 ? static_cast<unsigned>(given) : few;
}

}  // namespace plumbline
