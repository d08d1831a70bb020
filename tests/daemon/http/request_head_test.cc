#include "daemon/http/request_head.h"

#include <string>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr std::string_view kPost = "POST /v1/events HTTP/1.1\r\n";

// The state if only `text` has arrived.
std::string StateOf(const std::string& text) {
  const Arrival arrival = ArrivalOf(text, text.size());
  if (arrival.whole) return "whole";
  return arrival.head ? "head" : "less";
}

}  // namespace

TEST_CASE("a request arrives by and by") {
  const std::string request =
      std::string(kPost) + "Host: x\r\ncontent-length:  3\r\n\r\nabc";
  for (size_t n = 1; n < request.size(); ++n) {
    CAPTURE(n);
    CHECK(StateOf(request.substr(0, n)) ==
          (n < request.size() - 3 ? "less" : "head"));
  }
  CHECK(StateOf(request) == "whole");
  CHECK(StateOf(request + "GET / HTTP/1.1\r\n") == "whole");
}

TEST_CASE("a request without a body is there with its head") {
  CHECK(StateOf("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == "whole");
  CHECK(StateOf("GET / HTTP/1.1\nHost: x\n\n") == "whole");
  CHECK(StateOf("GET / HTTP/1.1\r\nX-Content-Length: 3\r\n\r\n") == "whole");
}

TEST_CASE("chunks are there with the last of them") {
  const std::string head =
      std::string(kPost) + "Transfer-Encoding: chunked\r\n\r\n";
  CHECK(StateOf(head) == "head");
  CHECK(StateOf(head + "1\r\na\r\n") == "head");
  CHECK(StateOf(head + "1\r\na\r\n0\r\n\r\n") == "whole");
}

TEST_CASE("what is not looked into counts towards a body") {
  const std::string first =
      std::string(kPost) + "Content-Length: 100000\r\n\r\n";
  CHECK_FALSE(ArrivalOf(first, first.size() + 99'999).whole);
  CHECK(ArrivalOf(first, first.size() + 100'000).whole);
  // A chunked body without its end.
  const std::string chunked =
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
      "\r\n0\r\n\r\n";
  CHECK_FALSE(ArrivalOf(chunked, chunked.size() + 1).whole);
}

TEST_CASE("a head that is refused is not waited for") {
  CHECK(StateOf(std::string("\x16\x03\x01", 3)) == "whole");
  CHECK(StateOf(std::string("GET / HTTP/1.1\r\nA: \0", 20)) == "whole");
}
