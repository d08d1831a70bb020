#include "daemon/http/accept_hook.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "daemon/http/listen.h"
#include "tests/support/catch.h"

namespace plumbline {
namespace {

constexpr int kPatienceMs = 40'000;

TEST_CASE("who waits for what a hook replaces is woken") {
  std::string error;
  const auto replaced = Listen({"127.0.0.1:0"}, &error);
  const auto listening = Listen({"127.0.0.1:0"}, &error);
  REQUIRE((replaced && listening));
  const int listener = replaced->sockets[0];
  Connections connections;
  AcceptQueue queue({.listeners = listening->sockets,
                     .threads = 1,
                     .on_refused = [](const Refusal&, double) {}},
                    &connections);
  std::thread waits([listener] {
    pollfd wanted = {listener, POLLIN, 0};
    poll(&wanted, 1, kPatienceMs);
  });
  // If accept() does not wait yet, it finds the queue, and the test passes,
  // too.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto begin = std::chrono::steady_clock::now();
  {
    const AcceptHook hook(listener, &queue);
    waits.join();
  }
  CHECK(std::chrono::steady_clock::now() - begin <
        std::chrono::milliseconds(kPatienceMs / 2));
  queue.Stop();
  close(listener);
}

}  // namespace
}  // namespace plumbline
