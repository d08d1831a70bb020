// SHA-256: what is known of a secret that nobody is to read back.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// 32 bytes.
std::string Sha256(std::string_view bytes);

// Compares in a time that does not depend on where they differ.
bool SameBytes(std::string_view a, std::string_view b);

}  // namespace plumbline
