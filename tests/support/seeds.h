// How many seeds the tests of random worlds take: few for each commit, many in
// `make test-long`.
#pragma once

#include <cstdlib>

#if __has_include(<catch2/generators/catch_generators_range.hpp>)
#include <catch2/generators/catch_generators_range.hpp>
#endif

namespace plumbline {

// `few`, or as many as PLUMBLINE_TEST_SEEDS says, which may be one alone.
inline unsigned SeedsOr(unsigned few) {
  const char* seeds = std::getenv("PLUMBLINE_TEST_SEEDS");
  const int given = seeds == nullptr ? 0 : std::atoi(seeds);
  return given > 0 ? static_cast<unsigned>(given) : few;
}

}  // namespace plumbline
