#include "daemon/http/credentials.h"

#include <strings.h>

#include <utility>

namespace plumbline {
namespace {

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

Credentials ReadBasic(std::string_view encoded) {
  auto decoded = DecodeBase64(encoded);
  // bcrypt would ignore everything after a NUL.
  if (!decoded || decoded->find('\0') != std::string::npos) return {};
  const size_t colon = decoded->find(':');
  if (colon == std::string::npos) return {};
  return BasicCredentials{decoded->substr(0, colon),
                          decoded->substr(colon + 1)};
}

}  // namespace

Credentials ReadCredentials(std::string_view header) {
  const size_t space = header.find(' ');
  const size_t begin = header.find_first_not_of(' ', space);
  if (begin == std::string_view::npos) return {};
  const std::string_view scheme = header.substr(0, space);
  const std::string_view rest = header.substr(begin);
  const auto is = [scheme](std::string_view name) {
    return scheme.size() == name.size() &&
           strncasecmp(scheme.data(), name.data(), name.size()) == 0;
  };
  if (is("Basic")) return ReadBasic(rest);
  if (is("Bearer")) return BearerCredentials{rest};
  return {};
}

}  // namespace plumbline
