// Texts chosen to collide under an unkeyed hash do not collide.

#include "core/event/text_hash.h"

#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "core/event/event.h"
#include "daemon/hash/id_hash.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// Collisions of MurmurHash64A, the std::hash of libstdc++. Its state has 64
// bits, so a second block can cancel the effect of the first.
std::vector<std::string> FallTogether(size_t count) {
  constexpr uint64_t kMultiplier = 0xc6a4a7935bd1e995;
  constexpr uint64_t kInverse = 0x5f7a0ea7e59b19bd;
  // The block that enters the state as `mixed`.
  const auto block_of = [](uint64_t mixed) {
    mixed *= kInverse;
    mixed ^= mixed >> 47;
    return mixed * kInverse;
  };
  const uint64_t begin = 0xc70f6907 ^ (16 * kMultiplier);
  std::vector<std::string> texts;
  for (uint64_t n = 0; n < count; ++n) {
    const uint64_t blocks[] = {block_of(n),
                               block_of((begin ^ n) * kMultiplier)};
    std::string& text = texts.emplace_back(sizeof(blocks), '\0');
    std::memcpy(text.data(), blocks, sizeof(blocks));
  }
  return texts;
}

template <class Hash>
size_t DistinctHashes(const std::vector<std::string>& texts, Hash hash) {
  std::set<size_t> hashes;
  for (const std::string& text : texts) hashes.insert(hash(text));
  return hashes.size();
}

int asked = 0;

}  // namespace

TEST_CASE("texts that fall together by plan are apart under the keyed hash") {
  const std::vector<std::string> texts = FallTogether(10'000);
  CHECK(DistinctHashes(texts, std::hash<std::string_view>()) == 1);
  UseKeyedTextHash();
  CHECK(DistinctHashes(texts, TextHash()) == texts.size());
}

TEST_CASE("the names of a body are hashed as the program says") {
  TextHash::Use([](std::string_view text) -> uint64_t {
    ++asked;
    return text.size();
  });
  Names names;
  CHECK(names.Add("a") == 0);
  CHECK(names.Add("b") == 1);
  CHECK(names.Add("a") == 0);
  CHECK(asked >= 3);
  UseKeyedTextHash();
}
