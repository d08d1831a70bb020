// The checksum of stored bytes: XXH3, 64 bits.

#pragma once

#include <cstdint>
#include <string_view>

namespace plumbline {

uint64_t Checksum(std::string_view bytes);

}  // namespace plumbline
