#include "daemon/hash/checksum.h"

#include <xxhash.h>

namespace plumbline {

uint64_t Checksum(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace plumbline
