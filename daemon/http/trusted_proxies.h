// TrustedProxies: whose word is taken for whom a request is from.
//
// Behind a proxy each request comes from the proxy's address. The client's is
// in X-Forwarded-For, to which each proxy on the way adds whom it was asked by.
// A client can write there what it likes, so only what trusted proxies added
// counts: from the end, up to the first address that is none of theirs.

#pragma once

#include <netinet/in.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

class TrustedProxies {
 public:
  // Of none.
  TrustedProxies() = default;

  // Addresses and networks: "10.0.0.0/8", "::1". nullopt, with *error, if one
  // is neither.
  static std::optional<TrustedProxies> Parse(
      const std::vector<std::string>& networks, std::string* error);

  // Whom a request is from that came from `peer`, with these headers
  // X-Forwarded-For. A view of one of them, or of `peer`.
  std::string_view ClientOf(
      std::string_view peer,
      const std::vector<std::string_view>& forwarded_for) const;

  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    in6_addr address;
    int bits;  // that are the network's
  };

  bool Contains(const in6_addr& address) const;

  std::vector<Network> networks_;
};

}  // namespace plumbline
