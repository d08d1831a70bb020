#include "daemon/http/accept_queue.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "daemon/http/listen.h"
#include "tests/support/catch.h"
#include "tests/support/connect.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// After this time a test counts as hanging.
constexpr int kPatienceMs = 60'000;

struct Listener {
  explicit Listener(int64_t threads, size_t most_waiting = 100) {
    std::string error;
    auto listening = Listen({"127.0.0.1:0"}, &error);
    REQUIRE(listening);
    port = listening->ports[0];
    queue = std::make_unique<AcceptQueue>(
        AcceptQueue::Options{.listeners = listening->sockets,
                             .threads = threads,
                             .most_waiting = most_waiting,
                             .on_refused =
                                 [this](const Refusal& refusal, double) {
                                   refused.push_back(refusal.status);
                                 }},
        &connections);
  }
  ~Listener() {
    for (const int fd : clients) close(fd);
  }

  // Connects a client that sends `text`; returns once the queue has read it.
  int Connect(const std::string& text) {
    const int fd = ConnectTo(port);
    clients.push_back(fd);
    Send(fd, text);
    return fd;
  }
  static void Send(int fd, const std::string& text) {
    const auto size = static_cast<ssize_t>(text.size());
    REQUIRE(send(fd, text.data(), text.size(), 0) == size);
  }

  // The client of the next connection given out; -1 if none is within the time.
  int Next(int wait_ms = kPatienceMs) {
    const auto end = std::chrono::steady_clock::now() + Milliseconds(wait_ms);
    do {
      pollfd wanted = {queue->fd(), POLLIN, 0};
      poll(&wanted, 1, std::min(wait_ms, 50));
      sockaddr_in peer{};
      const int fd = queue->Accept(&peer);
      if (fd >= 0) {
        given.push_back(fd);
        return ClientAt(ntohs(peer.sin_port));
      }
    } while (std::chrono::steady_clock::now() < end);
    return -1;
  }
  int ClientAt(uint16_t peer_port) const {
    for (const int fd : clients) {
      sockaddr_in name{};
      socklen_t size = sizeof(name);
      getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
      if (ntohs(name.sin_port) == peer_port) return fd;
    }
    return -1;
  }
  // Ends the `i`-th connection that was given out.
  void End(size_t i) {
    connections.Close(connections.Find(given[i], "", 0));
    close(given[i]);
    queue->ThreadFreed();
  }

  Connections connections;
  std::vector<int> refused;
  std::unique_ptr<AcceptQueue> queue;
  uint16_t port = 0;
  std::vector<int> clients;
  std::vector<int> given;
};

const std::string kWhole = "GET / HTTP/1.1\r\n\r\n";
const std::string kPartial = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab";
constexpr int kMomentMs = 200;

}  // namespace

TEST_CASE("a connection gets a thread once its request has begun in full") {
  Listener listener(8);
  const int client = listener.Connect("GET / HT");
  CHECK(listener.Next(kMomentMs) == -1);
  Listener::Send(client, "TP/1.1\r\n\r\n");
  CHECK(listener.Next() == client);
  // With a free thread it does not wait for its body.
  const int other = listener.Connect(kPartial);
  CHECK(listener.Next() == other);
}

TEST_CASE("whole requests go first, and have threads of their own") {
  Listener listener(8);  // one of the threads is reserved
  for (int i = 0; i < 7; ++i) {
    listener.Connect(kPartial);
    REQUIRE(listener.Next() >= 0);
  }
  const int slow = listener.Connect(kPartial);
  CHECK(listener.Next(kMomentMs) == -1);
  while (!listener.queue->crowded()) REQUIRE(listener.Next(10) == -1);
  const int quick = listener.Connect(kWhole);
  CHECK(listener.Next() == quick);
  listener.End(7);
  CHECK(listener.Next(kMomentMs) == -1);
  // Its body comes.
  Listener::Send(slow, "cde");
  CHECK(listener.Next() == slow);
}

TEST_CASE("who keeps a thread waiting gives way to who waits for one") {
  Listener listener(1);
  const int slow = listener.Connect(kWhole);
  REQUIRE(listener.Next() == slow);
  Connection* connection = listener.connections.Find(listener.given[0], "", 0);
  connection->Begin(Connection::Wait::kReader, std::chrono::steady_clock::now(),
                    Milliseconds(kPatienceMs));
  const int quick = listener.Connect(kWhole);
  while (connection->cut() == Connection::Cut::kNot) {
    REQUIRE(listener.Next(10) == -1);
  }
  CHECK(connection->cut() == Connection::Cut::kGaveWay);
  listener.End(0);
  CHECK(listener.Next() == quick);
}

TEST_CASE("nobody gives way where there are threads for all") {
  constexpr int kMore = 5;
  Listener listener(64);
  listener.Connect(kWhole);
  REQUIRE(listener.Next() >= 0);
  Connection* idle = listener.connections.Find(listener.given[0], "", 0);
  idle->Begin(Connection::Wait::kRequest,
              std::chrono::steady_clock::now() - Milliseconds(20'000),
              Milliseconds(kPatienceMs));
  for (int i = 0; i < kMore; ++i) listener.Connect(kWhole);
  REQUIRE(listener.Next() >= 0);
  // The others came with it, and wait longer than the ordinary wait.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (int i = 1; i < kMore; ++i) REQUIRE(listener.Next() >= 0);
  CHECK(idle->cut() == Connection::Cut::kNot);
}

TEST_CASE("beyond what may wait, who sends nothing gives way") {
  Listener listener(8, 2);
  const int first = listener.Connect("G");
  listener.Connect("G");
  CHECK(listener.Next(kMomentMs) == -1);
  const int third = listener.Connect("GET / HTTP/1.1\r\n");
  CHECK(listener.Next(kMomentMs) == -1);
  char byte = 0;
  ssize_t n = 0;
  while ((n = recv(first, &byte, 1, MSG_DONTWAIT)) < 0 && errno == EAGAIN) {
    REQUIRE(listener.Next(10) == -1);
  }
  CHECK(n <= 0);
  Listener::Send(third, "\r\n");
  CHECK(listener.Next() == third);
}

TEST_CASE("beyond what may wait, a request is answered that it is so") {
  Listener listener(1, 1);
  listener.Connect(kWhole);
  REQUIRE(listener.Next() >= 0);
  listener.connections.Find(listener.given[0], "", 0)->End();
  listener.Connect(kWhole);
  CHECK(listener.Next(kMomentMs) == -1);
  const int refused = listener.Connect(kWhole);
  CHECK(listener.Next(kMomentMs) == -1);
  while (listener.refused.empty()) REQUIRE(listener.Next(10) == -1);
  char answer[64];
  const ssize_t n = recv(refused, answer, sizeof(answer), 0);
  REQUIRE(n > 0);
  CHECK(
      std::string(answer, static_cast<size_t>(n)).starts_with("HTTP/1.1 503 "));
  CHECK(listener.refused == std::vector<int>{503});
}

TEST_CASE("a client that sends half a request and ends gets an answer") {
  Listener listener(8);
  const int client = listener.Connect("GET / HT");
  CHECK(listener.Next(kMomentMs) == -1);
  shutdown(client, SHUT_WR);
  CHECK(listener.Next() == client);
}

TEST_CASE("a stopped queue gives nothing out, and tells who has asked") {
  Listener listener(8);
  const int client = listener.Connect(kWhole);
  const int silent = listener.Connect("GET / HT");
  listener.queue->Stop();
  CHECK(listener.Next(kMomentMs) == -1);
  CHECK(listener.refused == std::vector<int>{503});
  char bytes[64] = {};
  REQUIRE(recv(client, bytes, sizeof(bytes), 0) > 12);
  CHECK(std::string(bytes, 12) == "HTTP/1.1 503");
  CHECK(recv(silent, bytes, 1, 0) <= 0);
}
