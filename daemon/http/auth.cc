#include "daemon/http/auth.h"

#include <crypt.h>

#include <utility>

#include "config/web_config.h"

namespace plumbline {
namespace {

constexpr size_t kMostRemembered = 1024;

// Compares in a time that does not depend on where they differ.
bool SameBytes(std::string_view a, std::string_view b) {
  unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  }
  return difference == 0;
}

bool MatchesBcrypt(const std::string& password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();  // 32 KiB
  const char* result = crypt_r(password.c_str(), hash.c_str(), data.get());
  return result != nullptr && SameBytes(result, hash);
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string decoded;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    unsigned value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<unsigned>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<unsigned>(c - 'a' + 26);
    } else if (c >= '0' && c <= '9') {
      value = static_cast<unsigned>(c - '0' + 52);
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else if (c == '=') {
      break;
    } else {
      return std::nullopt;
    }
    buffer = buffer << 6 | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      decoded += static_cast<char>(buffer >> bits & 0xff);
    }
  }
  return decoded;
}

HttpResponse Unauthorized() {
  HttpResponse response = ErrorResponse(
      401, "unauthorized", "a user and password are needed (basic auth)");
  response.headers.emplace_back("WWW-Authenticate",
                                "Basic realm=\"plumbline\"");
  response.close = true;
  return response;
}

}  // namespace

std::unique_ptr<Authenticator> Authenticator::Load(const std::string& file,
                                                   std::string* error) {
  std::unordered_map<std::string, std::string> users;
  if (!file.empty()) {
    auto config = LoadWebConfig(file, error);
    if (!config) return nullptr;
    users = std::move(config->basic_auth_users);
  }
  return std::unique_ptr<Authenticator>(new Authenticator(std::move(users)));
}

Authenticator::Authenticator(
    std::unordered_map<std::string, std::string> users)
    : open_(users.empty()),
      users_(std::move(users)),
      hasher_(IdHasher::Random()) {}

std::optional<HttpResponse> Authenticator::Check(const HttpRequest& request) {
  if (open_) return std::nullopt;
  const auto header = request.Header("Authorization");
  constexpr std::string_view kBasic = "Basic ";
  if (!header || !header->starts_with(kBasic)) return Unauthorized();
  const auto decoded = DecodeBase64(header->substr(kBasic.size()));
  if (!decoded) return Unauthorized();
  const size_t colon = decoded->find(':');
  if (colon == std::string::npos ||
      !Verify(decoded->substr(0, colon), decoded->substr(colon + 1))) {
    return Unauthorized();
  }
  return std::nullopt;
}

bool Authenticator::Verify(const std::string& user,
                           const std::string& password) {
  const IdHash hash = hasher_(user + '\0' + password);
  const std::lock_guard lock(mutex_);
  const auto passed = passed_.find(user);
  if (passed != passed_.end() && passed->second.hi == hash.hi &&
      passed->second.lo == hash.lo) {
    return true;
  }
  // An unknown user costs as much time as a known one.
  const auto known = users_.find(user);
  const std::string& bcrypt =
      known != users_.end() ? known->second : users_.begin()->second;
  if (!MatchesBcrypt(password, bcrypt) || known == users_.end()) return false;
  if (passed_.size() >= kMostRemembered) passed_.clear();
  passed_[user] = hash;
  return true;
}

}  // namespace plumbline
