#include "daemon/http/request_tidier.h"

#include <string>
#include <string_view>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// The bytes after tidying, if they come in pieces of this size.
std::string Tidied(std::string_view sent, size_t piece) {
  RequestTidier tidier;
  std::string all;
  while (!sent.empty()) {
    std::string bytes(sent.substr(0, piece));
    sent.remove_prefix(bytes.size());
    bytes.resize(tidier.Tidy(bytes.data(), bytes.size()));
    all += bytes;
  }
  return all;
}

void CheckTidied(std::string_view sent, std::string_view expected) {
  CAPTURE(sent);
  for (size_t piece = 1; piece <= sent.size(); ++piece) {
    CAPTURE(piece);
    REQUIRE(Tidied(sent, piece) == expected);
  }
}

const std::string kHead = "POST /v1/events HTTP/1.1\r\n";
const std::string kChunked = kHead + "Transfer-Encoding:chunked\r\n\r\n";
// The next request shows where the tidier sees the end of the former one.
const std::string kNext = "GET / HTTP/1.1\r\nA:\tb\t\r\n\r\n";
const std::string kNextTidied = "GET / HTTP/1.1\r\nA: b \r\n\r\n";

}  // namespace

TEST_CASE("what civetweb takes is not changed") {
  const std::string body = "{\"a\":\t1}\r\n\t\r\n";
  for (const std::string& request :
       {kHead + "Host: x\r\nContent-Length: 13\r\n\r\n" + body,
        kChunked + "d\r\n" + body + "\r\n0\r\n\r\n",
        std::string("GET / HTTP/1.1\r\n\r\n"),
        kHead + "content-length:0\r\n\r\n"}) {
    CheckTidied(request + request + kNext, request + request + kNextTidied);
  }
}

TEST_CASE("tabs in header values are spaces, in bodies they stay") {
  CheckTidied(
      kHead + "A:\t b\tc \t\r\nContent-Length:\t2\t \r\n\r\n\t\t" + kNext,
      kHead + "A:  b c  \r\nContent-Length: 2  \r\n\r\n\t\t" + kNextTidied);
}

TEST_CASE("the asterisk of OPTIONS becomes a path") {
  CheckTidied("OPTIONS * HTTP/1.1\r\n\r\nGET * HTTP/1.1\r\n\r\n" + kNext,
              "OPTIONS / HTTP/1.1\r\n\r\nGET * HTTP/1.1\r\n\r\n" + kNextTidied);
  CheckTidied("OPTIONS /* HTTP/1.1\r\nA: *\r\n\r\n",
              "OPTIONS /* HTTP/1.1\r\nA: *\r\n\r\n");
}

TEST_CASE("white space around a transfer coding goes") {
  CheckTidied(kHead + "transfer-ENCODING:  \tChunked \t\r\n\r\n" +
                  "1\r\n\t\r\n0\r\n\r\n" + kNext,
              kHead + "transfer-ENCODING:Chunked\r\n\r\n" +
                  "1\r\n\t\r\n0\r\n\r\n" + kNextTidied);
}

TEST_CASE("extensions of chunks and trailers go") {
  CheckTidied(kChunked + "5;ext=1\r\n12;45\r\n1 ; a=\"b;c\" \r\nx\r\n" +
                  "0;last\r\nExpires: never\r\nB:\t2\r\n\r\n" + kNext,
              kChunked + "5\r\n12;45\r\n1\r\nx\r\n0\r\n\r\n" + kNextTidied);
}

TEST_CASE("what is doubtful stays doubtful") {
  for (const std::string rest :
       {// Lengths
        "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
        "Content-Length: 1\r\nTransfer-Encoding:chunked\r\n\r\n",
        "Content-Length: 3 9\r\n\r\n", "Content-Length: 1,1\r\n\r\n",
        "Content-Length: -1\r\n\r\n", "Content-Length: 0x1\r\n\r\n",
        "Content-Length: 9999999999999999\r\n\r\n", "Content-Length:\r\n\r\n",
        // Codings
        "Transfer-Encoding:identity\r\n\r\n", "Transfer-Encoding:gzip\r\n\r\n",
        "Transfer-Encoding:chunked\r\nTransfer-Encoding:chunked\r\n\r\n",
        // Lines
        "Content-Length : 1\r\n\r\n", "A\t: b\r\n\r\n", "A: b\n\r\n",
        "A: b\r\n\tc\r\n\r\n", "A: b\rc\r\n\r\n"}) {
    CheckTidied(kHead + rest + kNext, kHead + rest + kNext);
  }
}

TEST_CASE("what is no transfer coding does not become one") {
  const auto tidied = [](const std::string& value) {
    return Tidied(kHead + "Transfer-Encoding: " + value + "\r\n\r\n", 7);
  };
  CHECK(tidied("chun ked").find("chunked") == std::string::npos);
  CHECK(tidied("chunked x").find("chunked\r") == std::string::npos);
  CHECK(tidied("gzip, chunked").find("gzip,") != std::string::npos);
  CHECK(tidied("gzip, chunked").find("\nchunked") == std::string::npos);
}

TEST_CASE("a chunk that is none is no chunk afterwards") {
  for (const std::string size : {"5\n", "5;a\n", "5x", ";", " 5", "-5", "0x5",
                                 "1234567890abcdef", "5 \n"}) {
    CAPTURE(size);
    const std::string tidied = Tidied(kChunked + size + "\r\n12345\r\n", 3);
    const std::string chunk = tidied.substr(kChunked.size());
    CHECK(chunk.find_first_not_of("0123456789abcdef") != chunk.find('\r'));
  }
  const std::string endless(20'000, 'a');
  CHECK(Tidied(kChunked + "5;" + endless + "\r\n12345\r\n", 1000)
            .starts_with(kChunked + "5!"));
  CHECK(Tidied(kChunked + "0\r\nA: " + endless + "\r\n\r\n", 1000)
            .starts_with(kChunked + "0\r\n!"));
}
