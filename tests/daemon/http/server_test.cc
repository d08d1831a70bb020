#include "daemon/http/server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <new>
#include <stdexcept>

#include "tests/support/catch.h"
#include "tests/support/connect.h"

namespace plumbline {
namespace {

// The answer to a request, until the connection ends.
std::string Ask(uint16_t port, const std::string& request) {
  const int fd = ConnectTo(port);
  const auto size = static_cast<ssize_t>(request.size());
  REQUIRE(send(fd, request.data(), request.size(), 0) == size);
  std::string answer;
  char piece[1024];
  for (ssize_t n; (n = recv(fd, piece, sizeof(piece), 0)) > 0;) {
    answer.append(piece, static_cast<size_t>(n));
  }
  close(fd);
  return answer;
}

constexpr char kRequest[] =
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

template <class Fault>
std::string AskOneThatThrows(const Fault& fault) {
  std::string error;
  std::vector<int> refused;
  const auto server = HttpServer::Start(
      {.addresses = {"127.0.0.1:0"},
       .connections = 4,
       .on_refused = [&refused](const Refusal& refusal,
                                double) { refused.push_back(refusal.status); }},
      [&fault](HttpRequest& /*request*/) -> HttpResponse { throw fault; },
      &error);
  REQUIRE(server);
  const std::string first = Ask(server->ports()[0], kRequest);
  // The server goes on.
  CHECK(Ask(server->ports()[0], kRequest) == first);
  CHECK(refused.size() == 2);
  return first;
}

std::unique_ptr<HttpServer> Start(const std::vector<std::string>& proxies,
                                  std::string* error) {
  return HttpServer::Start({.addresses = {"127.0.0.1:0"},
                            .connections = 4,
                            .trusted_proxies = proxies},
                           [](HttpRequest& request) {
                             HttpResponse response;
                             response.body = request.client_address();
                             response.close = true;
                             return response;
                           },
                           error);
}

TEST_CASE("what a handler throws is answered, and the next request served") {
  CHECK(AskOneThatThrows(std::runtime_error("secret"))
            .starts_with("HTTP/1.1 500 "));
  CHECK(AskOneThatThrows(std::runtime_error("secret")).find("secret") ==
        std::string::npos);
  CHECK(AskOneThatThrows(42).starts_with("HTTP/1.1 500 "));
  CHECK(AskOneThatThrows(std::bad_alloc()).starts_with("HTTP/1.1 503 "));
}

TEST_CASE("a handler sees the client behind a trusted proxy") {
  const std::string request =
      "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.5\r\n"
      "x-forwarded-for: 198.51.100.7\r\n\r\n";
  std::string error;
  const auto plain = Start({}, &error);
  REQUIRE(plain);
  CHECK(Ask(plain->ports()[0], request).ends_with("\r\n\r\n127.0.0.1"));
  const auto behind = Start({"127.0.0.0/8"}, &error);
  REQUIRE(behind);
  CHECK(Ask(behind->ports()[0], request).ends_with("\r\n\r\n198.51.100.7"));
}

TEST_CASE("a proxy that is no address stops the start") {
  std::string error;
  CHECK(Start({"proxy.example"}, &error) == nullptr);
  CHECK(error ==
        "--web.trusted-proxies: \"proxy.example\" is neither an address nor a "
        "network such as 10.0.0.0/8");
}

}  // namespace
}  // namespace plumbline
