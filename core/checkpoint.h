// A state as bytes, and back.
//
// What a state is made of is listed once, in checkpoint.cc, for both
// directions. Records that are dead (see Ledger::Alive) are left out: whether
// they are still in the table changes nothing.

#pragma once

#include <string>
#include <string_view>

#include "core/state.h"

namespace plumbline {

// [Writer] Between two groups.
std::string EncodeState(State* state);

// [Writer] Into a state that is as constructed. False if `bytes` are not a
// whole encoded state; then the state is of no use.
[[nodiscard]] bool DecodeState(std::string_view bytes, State* state);

}  // namespace plumbline
