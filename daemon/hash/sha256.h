// SHA-256, to compare secrets without storing them.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// 32 bytes.
std::string Sha256(std::string_view bytes);

// Compares in constant time.
bool SameBytes(std::string_view a, std::string_view b);

}  // namespace plumbline
