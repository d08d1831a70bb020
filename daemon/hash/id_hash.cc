#include "daemon/hash/id_hash.h"

#include <sys/random.h>
#include <xxhash.h>

#include <stdexcept>

#include "core/event/text_hash.h"

namespace plumbline {

IdHasher::Secret IdHasher::RandomSecret() {
  Secret secret;
  if (getrandom(secret.data(), secret.size(), 0) !=
      static_cast<ssize_t>(secret.size())) {
    throw std::runtime_error("the system gives no random bytes (getrandom)");
  }
  return secret;
}

IdHash IdHasher::operator()(std::string_view id) const {
  const XXH128_hash_t hash = XXH3_128bits_withSecret(
      id.data(), id.size(), secret_.data(), secret_.size());
  return {hash.high64, hash.low64};
}

void UseKeyedTextHash() {
  static const IdHasher::Secret secret = IdHasher::RandomSecret();
  TextHash::Use([](std::string_view text) -> uint64_t {
    return XXH3_64bits_withSecret(text.data(), text.size(), secret.data(),
                                  secret.size());
  });
}

}  // namespace plumbline
