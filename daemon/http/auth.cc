#include "daemon/http/auth.h"

#include <crypt.h>
#include <strings.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "config/web_config.h"

namespace plumbline {
namespace {

// bcrypt looks at no more: two that differ behind it would be the same.
constexpr size_t kLongestPassword = 72;  // bytes

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

// An unknown user is to cost as much time as a known one: the hash that costs
// most ("$2b$12$...").
std::string CostliestOf(const Authenticator::Users& users) {
  const auto cost = [](const auto& user) { return user.second.substr(4, 2); };
  const auto costliest = std::max_element(
      users.begin(), users.end(),
      [&](const auto& a, const auto& b) { return cost(a) < cost(b); });
  return costliest == users.end() ? "" : costliest->second;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string decoded;
  unsigned buffer = 0;
  int bits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    unsigned value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<unsigned>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<unsigned>(c - 'a' + 26);
    } else if (c >= '0' && c <= '9') {
      value = static_cast<unsigned>(c - '0' + 52);
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else if (c == '=' && text.find_first_not_of('=', i) == text.npos) {
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
  std::unique_ptr<Authenticator> authenticator(new Authenticator(file));
  auto users = authenticator->Read(error);
  if (!users) return nullptr;
  authenticator->Use(*std::move(users));
  return authenticator;
}

Authenticator::Authenticator(std::string file)
    : file_(std::move(file)), hasher_(IdHasher::Random()) {}

std::optional<Authenticator::Users> Authenticator::Read(
    std::string* error) const {
  if (file_.empty()) return Users();
  std::vector<ConfigProblem> problems;
  auto config = LoadWebConfig(file_, &problems);
  if (!config) {
    *error = Describe(file_, problems);
    return std::nullopt;
  }
  if (config->basic_auth_users.empty() && !lets_all_in()) {
    *error = file_ +
             ": has no users any more, and everybody would be let in; if that "
             "is meant, start the daemon again";
    return std::nullopt;
  }
  return std::move(config->basic_auth_users);
}

void Authenticator::Use(Users users) {
  const std::lock_guard lock(mutex_);
  users_ = std::move(users);
  passed_.clear();
  open_.store(users_.empty());
  costliest_ = CostliestOf(users_);
}

std::optional<HttpResponse> Authenticator::Check(const HttpRequest& request) {
  if (open_.load(std::memory_order_relaxed)) return std::nullopt;
  const auto header = request.Header("Authorization");
  constexpr std::string_view kBasic = "Basic ";
  if (!header || header->size() < kBasic.size() ||
      strncasecmp(header->data(), kBasic.data(), kBasic.size()) != 0) {
    return Unauthorized();
  }
  const auto decoded = DecodeBase64(header->substr(kBasic.size()));
  if (!decoded || decoded->find('\0') != std::string::npos) {
    return Unauthorized();
  }
  const size_t colon = decoded->find(':');
  if (colon == std::string::npos ||
      decoded->size() - colon - 1 > kLongestPassword ||
      !Verify(decoded->substr(0, colon), decoded->substr(colon + 1))) {
    return Unauthorized();
  }
  return std::nullopt;
}

bool Authenticator::HasPassed(const std::string& user, const IdHash& hash) {
  const std::lock_guard lock(mutex_);
  const auto passed = passed_.find(user);
  return passed != passed_.end() && passed->second.hi == hash.hi &&
         passed->second.lo == hash.lo;
}

bool Authenticator::Verify(const std::string& user,
                           const std::string& password) {
  const IdHash hash = hasher_(user + '\0' + password);
  if (HasPassed(user, hash)) return true;
  const std::lock_guard check(checking_);
  if (HasPassed(user, hash)) return true;
  std::string bcrypt;
  bool known = false;
  {
    const std::lock_guard lock(mutex_);
    const auto it = users_.find(user);
    known = it != users_.end();
    bcrypt = known ? it->second : costliest_;
  }
  if (!MatchesBcrypt(password, bcrypt) || !known) return false;
  const std::lock_guard lock(mutex_);
  const auto it = users_.find(user);
  if (it == users_.end() || it->second != bcrypt) return false;  // reloaded
  passed_[user] = hash;  // one a user, so bounded
  return true;
}

}  // namespace plumbline
