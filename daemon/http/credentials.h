// The Authorization header: RFC 7617 (basic), RFC 6750 (bearer).

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace plumbline {

struct BasicCredentials {
  std::string user;
  std::string password;
};

struct BearerCredentials {
  std::string_view token;  // not empty
};

// monostate: another scheme, or malformed.
using Credentials =
    std::variant<std::monostate, BasicCredentials, BearerCredentials>;

// REQUIRES: `header` outlives the result.
Credentials ReadCredentials(std::string_view header);

}  // namespace plumbline
