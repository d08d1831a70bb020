// TrustedProxies: proxies whose X-Forwarded-For is trusted.
//
// Behind a proxy each request comes from the proxy's address. The client's is
// in X-Forwarded-For: each proxy appends the address of its peer. A client can
// forge earlier entries, so the list is read from its end up to the first
// address that is not a trusted proxy's.

#pragma once

#include <netinet/in.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

class TrustedProxies {
 public:
  // Trusts no proxy.
  TrustedProxies() = default;

  // Addresses and networks: "10.0.0.0/8", "::1". nullopt, with *error, if one
  // is neither.
  static std::optional<TrustedProxies> Parse(
      const std::vector<std::string>& networks, std::string* error);

  // The client of a request that came from `peer` with these X-Forwarded-For
  // headers. A view into one of them, or `peer`.
  std::string_view ClientOf(
      std::string_view peer,
      const std::vector<std::string_view>& forwarded_for) const;

  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    in6_addr address;
    int bits;  // of the prefix
  };

  bool Contains(const in6_addr& address) const;

  std::vector<Network> networks_;
};

}  // namespace plumbline
