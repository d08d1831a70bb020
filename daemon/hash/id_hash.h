// The keyed hash that stands for an id.
//
// 128 bits: the chance that any two of a billion ids collide is 1e-21. The key
// keeps clients from choosing ids that collide.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace plumbline {

struct IdHash {
  uint64_t hi = 0;
  uint64_t lo = 0;
};

class IdHasher {
 public:
  using Secret = std::array<unsigned char, 192>;

  explicit IdHasher(const Secret& secret) : secret_(secret) {}
  // With a secret from the system's random source.
  static IdHasher Random() { return IdHasher(RandomSecret()); }
  static Secret RandomSecret();

  IdHash operator()(std::string_view id) const;

 private:
  Secret secret_;
};

// Makes texts from outside be hashed with a secret of this process from now on
// (core/event/text_hash.h).
void UseKeyedTextHash();

}  // namespace plumbline
