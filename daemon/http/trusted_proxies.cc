#include "daemon/http/trusted_proxies.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace plumbline {
namespace {

constexpr int kBits = 128;
constexpr int kBitsOfIpv4 = 32;

// IPv4 addresses become IPv4-mapped IPv6 addresses.
std::optional<in6_addr> AddressOf(std::string_view text) {
  const std::string copy(text);
  in6_addr address{};
  if (inet_pton(AF_INET6, copy.c_str(), &address) == 1) return address;
  in_addr ipv4{};
  if (inet_pton(AF_INET, copy.c_str(), &ipv4) != 1) return std::nullopt;
  address.s6_addr[10] = address.s6_addr[11] = 0xff;
  std::memcpy(&address.s6_addr[12], &ipv4, sizeof(ipv4));
  return address;
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Some proxies write "192.0.2.1:80" and "[2001:db8::1]:80".
std::string_view WithoutPort(std::string_view text) {
  if (text.starts_with('[')) {
    return text.substr(1, std::min(text.find(']'), text.size()) - 1);
  }
  return std::count(text.begin(), text.end(), ':') == 1
             ? text.substr(0, text.find(':'))
             : text;
}

}  // namespace

std::optional<TrustedProxies> TrustedProxies::Parse(
    const std::vector<std::string>& networks, std::string* error) {
  TrustedProxies parsed;
  for (const std::string& text : networks) {
    const size_t slash = std::min(text.find('/'), text.size());
    const auto address = AddressOf(text.substr(0, slash));
    const bool is_ipv4 = text.find(':') == std::string::npos;
    const int most = is_ipv4 ? kBitsOfIpv4 : kBits;
    int bits = most;
    bool good = address.has_value();
    if (slash < text.size()) {
      const char* end = text.data() + text.size();
      const auto [rest, code] =
          std::from_chars(text.data() + slash + 1, end, bits);
      good = good && code == std::errc() && rest == end;
    }
    if (!good || bits < 0 || bits > most) {
      *error = "--web.trusted-proxies: \"" + text +
               "\" is neither an address nor a network such as 10.0.0.0/8";
      return std::nullopt;
    }
    parsed.networks_.push_back({*address, bits + kBits - most});
  }
  return parsed;
}

std::string_view TrustedProxies::ClientOf(
    std::string_view peer,
    const std::vector<std::string_view>& forwarded_for) const {
  std::string_view client = peer;
  for (auto header = forwarded_for.rbegin(); header != forwarded_for.rend();
       ++header) {
    for (std::string_view rest = *header; !rest.empty();) {
      const auto proxy = AddressOf(client);
      if (!proxy || !Contains(*proxy)) return client;
      const size_t comma = rest.rfind(',');
      const size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
      const std::string_view named = WithoutPort(Trim(rest.substr(begin)));
      // An entry that is no address ends the search.
      if (!AddressOf(named)) return client;
      client = named;
      rest = rest.substr(0, begin == 0 ? 0 : comma);
    }
  }
  return client;
}

bool TrustedProxies::Contains(const in6_addr& address) const {
  return std::any_of(
      networks_.begin(), networks_.end(), [&address](const Network& network) {
        const int bytes = network.bits / 8;
        const int mask = 0xff00 >> (network.bits % 8) & 0xff;
        return std::memcmp(&network.address, &address,
                           static_cast<size_t>(bytes)) == 0 &&
               (mask == 0 || ((network.address.s6_addr[bytes] ^
                               address.s6_addr[bytes]) &
                              mask) == 0);
      });
}

}  // namespace plumbline
