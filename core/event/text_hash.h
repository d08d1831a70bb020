// The hash of texts that come from outside: names of a body, models, classes.
//
// Who knows how a table hashes can choose texts that all fall together, and
// each then costs as much as all before it. So the program brings a hash with a
// secret (UseKeyedTextHash() in daemon/hash). Nothing that is stored rests on
// it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plumbline {

class TextHash {
 public:
  using Function = uint64_t (*)(std::string_view);

  // To be called before the first text is hashed. Else it is std::hash.
  static void Use(Function function) { function_ = function; }

  size_t operator()(std::string_view text) const { return function_(text); }

 private:
  static Function function_;
};

}  // namespace plumbline
