#include "daemon/http/trusted_proxies.h"

#include "tests/support/catch.h"

namespace plumbline {
namespace {

TrustedProxies Trusting(const std::vector<std::string>& networks) {
  std::string error;
  auto proxies = TrustedProxies::Parse(networks, &error);
  CAPTURE(error);
  REQUIRE(proxies);
  return *std::move(proxies);
}

TEST_CASE("nobody's word is taken where no proxy is trusted") {
  CHECK(TrustedProxies().ClientOf("192.0.2.1", {"198.51.100.7"}) ==
        "192.0.2.1");
  CHECK(Trusting({"10.0.0.0/8"}).ClientOf("192.0.2.1", {"198.51.100.7"}) ==
        "192.0.2.1");
}

TEST_CASE("the client is whom the last trusted proxy was asked by") {
  const TrustedProxies proxies = Trusting({"127.0.0.1", "10.0.0.0/8"});
  CHECK(proxies.ClientOf("127.0.0.1", {}) == "127.0.0.1");
  CHECK(proxies.ClientOf("127.0.0.1", {"198.51.100.7"}) == "198.51.100.7");
  CHECK(proxies.ClientOf("127.0.0.1", {"198.51.100.7, 10.1.2.3"}) ==
        "198.51.100.7");
  CHECK(proxies.ClientOf("127.0.0.1", {"198.51.100.7", "10.1.2.3"}) ==
        "198.51.100.7");
  CHECK(proxies.ClientOf("127.0.0.1", {"10.9.9.9"}) == "10.9.9.9");
}

TEST_CASE("what a client writes itself does not count") {
  const TrustedProxies proxies = Trusting({"127.0.0.1"});
  CHECK(proxies.ClientOf("127.0.0.1", {"203.0.113.5, 198.51.100.7"}) ==
        "198.51.100.7");
  CHECK(proxies.ClientOf("127.0.0.1", {"203.0.113.5", "198.51.100.7"}) ==
        "198.51.100.7");
  CHECK(proxies.ClientOf("127.0.0.1", {"127.0.0.1, 198.51.100.7"}) ==
        "198.51.100.7");
}

TEST_CASE("what is no address ends the way") {
  const TrustedProxies proxies = Trusting({"127.0.0.1", "10.0.0.0/8"});
  CHECK(proxies.ClientOf("127.0.0.1", {"unknown"}) == "127.0.0.1");
  CHECK(proxies.ClientOf("127.0.0.1", {"198.51.100.7,"}) == "127.0.0.1");
  CHECK(proxies.ClientOf("127.0.0.1", {"198.51.100.7, x, 10.0.0.1"}) ==
        "10.0.0.1");
  CHECK(proxies.ClientOf("127.0.0.1", {"["}) == "127.0.0.1");
  CHECK(proxies.ClientOf("127.0.0.1", {""}) == "127.0.0.1");
}

TEST_CASE("ports behind addresses are left out") {
  const TrustedProxies proxies = Trusting({"127.0.0.1"});
  CHECK(proxies.ClientOf("127.0.0.1", {"198.51.100.7:4711"}) ==
        "198.51.100.7");
  CHECK(proxies.ClientOf("127.0.0.1", {"[2001:db8::1]:4711"}) ==
        "2001:db8::1");
  CHECK(proxies.ClientOf("127.0.0.1", {"2001:db8::1"}) == "2001:db8::1");
}

TEST_CASE("networks have the bits that they say") {
  const TrustedProxies proxies =
      Trusting({"192.0.2.128/25", "2001:db8::/33", "172.16.0.0/12"});
  const auto trusts = [&proxies](std::string_view peer) {
    return proxies.ClientOf(peer, {"198.51.100.7"}) == "198.51.100.7";
  };
  CHECK(trusts("192.0.2.129"));
  CHECK(trusts("::ffff:192.0.2.255"));
  CHECK_FALSE(trusts("192.0.2.127"));
  CHECK(trusts("2001:db8:7fff::1"));
  CHECK_FALSE(trusts("2001:db8:8000::1"));
  CHECK(trusts("172.31.255.255"));
  CHECK_FALSE(trusts("172.32.0.0"));
  CHECK(Trusting({"0.0.0.0/0"}).ClientOf("8.8.8.8", {"::1"}) == "::1");
}

TEST_CASE("what is no network is refused") {
  for (const char* text : {"", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8",
                           "10.0.0.0/-1", "::1/129", "10.0.0.0/8x"}) {
    std::string error;
    CAPTURE(text);
    CHECK_FALSE(TrustedProxies::Parse({text}, &error));
    CHECK(error.find("--web.trusted-proxies") == 0);
  }
}

}  // namespace
}  // namespace plumbline
