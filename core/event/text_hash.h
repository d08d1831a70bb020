// The hash of texts from outside: names of a body, models, classes.
//
// An attacker who knows the hash of a table can choose texts that all collide.
// Each text then costs as much as all before it. So the program installs a hash
// with a secret key (UseKeyedTextHash() in daemon/hash). No stored data depends
// on it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plumbline {

class TextHash {
 public:
  using Function = uint64_t (*)(std::string_view);

  // Call before the first text is hashed. The default is std::hash.
  static void Use(Function function) { function_ = function; }

  size_t operator()(std::string_view text) const { return function_(text); }

 private:
  static Function function_;
};

}  // namespace plumbline
