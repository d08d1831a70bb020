#include "daemon/http/auth.h"

#include <chrono>
#include <utility>
#include <variant>

#include "daemon/hash/sha256.h"
#include "daemon/log/log.h"

namespace plumbline {
namespace {

// bcrypt ignores the bytes after these.
constexpr size_t kLongestPassword = 72;  // bytes

HttpResponse Closing(HttpResponse response) {
  response.close = true;  // what it sent is not read
  return response;
}

HttpResponse Forbidden(const BearerToken& token, Right right) {
  std::string rights;
  for (size_t i = 0; i < kRightCount; ++i) {
    if (!token.rights.test(i)) continue;
    if (!rights.empty()) rights += ", ";
    rights += NameOf(static_cast<Right>(i));
  }
  const std::string needed(NameOf(right));
  HttpResponse response = ErrorResponse(
      403, "forbidden",
      "this needs a token that allows " + needed + "; this one allows " +
          rights + " (allow in bearer_tokens)");
  response.headers.emplace_back(
      "WWW-Authenticate",
      "Bearer realm=\"plumbline\", error=\"insufficient_scope\"");
  return Closing(std::move(response));
}

}  // namespace

std::unique_ptr<Authenticator> Authenticator::Load(const std::string& file,
                                                   std::string* error) {
  std::unique_ptr<Authenticator> authenticator(new Authenticator(file));
  if (file.empty()) return authenticator;
  std::vector<ConfigProblem> problems;
  auto config = LoadWebConfig(file, &problems);
  if (!config) {
    *error = Describe(file, problems);
    return nullptr;
  }
  authenticator->tls_ = config->tls;
  authenticator->Use(*std::move(config));
  return authenticator;
}

std::optional<WebConfig> Authenticator::Read(std::string* error) const {
  if (file_.empty()) return WebConfig();
  std::vector<ConfigProblem> problems;
  auto config = LoadWebConfig(file_, &problems);
  if (!config) {
    *error = Describe(file_, problems);
    return std::nullopt;
  }
  if (config->basic_auth_users.empty() && config->bearer_tokens.empty() &&
      !lets_all_in()) {
    *error = file_ +
             ": has no users any more, nor tokens, and everybody would be let "
             "in; if that is meant, start the daemon again";
    return std::nullopt;
  }
  if (config->tls != tls_) {
    *error = file_ + ": tls_server_config: needs a restart to change";
    return std::nullopt;
  }
  return config;
}

void Authenticator::Use(WebConfig config) {
  auto next = std::make_shared<InForce>();
  next->has_users = !config.basic_auth_users.empty();
  next->tokens = std::move(config.bearer_tokens);
  passwords_.Use(std::move(config.basic_auth_users));
  const bool open = !next->has_users && next->tokens.empty();
  const std::lock_guard lock(mutex_);
  in_force_ = std::move(next);
  open_.store(open);
}

std::shared_ptr<const Authenticator::InForce> Authenticator::in_force() const {
  const std::lock_guard lock(mutex_);
  return in_force_;
}

std::optional<HttpResponse> Authenticator::Check(const HttpRequest& request,
                                                 Right right) {
  if (lets_all_in()) return std::nullopt;
  if (request.HeaderCount("Authorization") > 1) {
    return Closing(
        ErrorResponse(400, "invalid_body", "Authorization is there twice"));
  }
  const auto in_force = this->in_force();
  const Credentials credentials =
      ReadCredentials(request.Header("Authorization").value_or(""));
  if (const auto* bearer = std::get_if<BearerCredentials>(&credentials)) {
    return CheckToken(*bearer, *in_force, right);
  }
  if (const auto* basic = std::get_if<BasicCredentials>(&credentials)) {
    return CheckPassword(*basic, *in_force, request);
  }
  return Unauthorized(*in_force, false);
}

HttpResponse Authenticator::Unauthorized(const InForce& in_force,
                                         bool token_sent) {
  constexpr std::string_view kBasic = "Basic realm=\"plumbline\"";
  constexpr std::string_view kBearer = "Bearer realm=\"plumbline\"";
  constexpr std::string_view kWrongToken = ", error=\"invalid_token\"";
  std::string message;
  std::string schemes;
  if (in_force.has_users) {
    message = "a user and password are needed (basic auth)";
    schemes = kBasic;
  }
  if (!in_force.tokens.empty()) {
    message +=
        message.empty() ? "a bearer token is needed" : ", or a bearer token";
    if (!schemes.empty()) schemes += ", ";
    schemes += kBearer;
    if (token_sent) schemes += kWrongToken;
  }
  HttpResponse response = ErrorResponse(401, "unauthorized", message);
  response.headers.emplace_back("WWW-Authenticate", schemes);
  return Closing(std::move(response));
}

std::optional<HttpResponse> Authenticator::CheckToken(
    const BearerCredentials& bearer, const InForce& in_force, Right right) {
  const std::string digest = Sha256(bearer.token);
  const BearerToken* found = nullptr;
  for (const BearerToken& token : in_force.tokens) {
    if (SameBytes(token.digest, digest)) found = &token;
  }
  if (found == nullptr) return Unauthorized(in_force, true);
  if (!found->Allows(right)) return Forbidden(*found, right);
  return std::nullopt;
}

std::optional<HttpResponse> Authenticator::CheckPassword(
    const BasicCredentials& basic, const InForce& in_force,
    const HttpRequest& request) {
  if (!in_force.has_users || basic.password.size() > kLongestPassword) {
    return Unauthorized(in_force, false);
  }
  switch (
      passwords_.Check(basic.user, basic.password, request.client_address())) {
    case PasswordChecks::Verdict::kRight:
      return std::nullopt;
    case PasswordChecks::Verdict::kBusy:
      return Busy();
    case PasswordChecks::Verdict::kWrong:
      break;
  }
  return Unauthorized(in_force, false);
}

HttpResponse Authenticator::Busy() {
  constexpr int64_t kOften = 60;
  const int64_t now_s = std::chrono::duration_cast<std::chrono::seconds>(
                            std::chrono::steady_clock::now().time_since_epoch())
                            .count();
  int64_t told_s = told_s_.load(std::memory_order_relaxed);
  if ((told_s == INT64_MIN || now_s - told_s >= kOften) &&
      told_s_.compare_exchange_strong(told_s, now_s,
                                      std::memory_order_relaxed)) {
    Log(LogLevel::kWarn,
        "more passwords are sent than can be checked: known passwords pass, "
        "others get 503",
        {{"file", file_}});
  }
  return Closing(
      ErrorResponse(503, "overloaded", "too many passwords wait for a check"));
}

}  // namespace plumbline
