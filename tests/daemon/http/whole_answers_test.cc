#include "daemon/http/whole_answers.h"

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"

namespace plumbline {
namespace {

constexpr size_t kLarge = 1 << 20;

HttpResponse Of(size_t bytes) {
  HttpResponse response;
  response.body = std::string(bytes, 'x') + "end";
  return response;
}

std::string Sent(const HttpResponse& response) {
  if (!response.pieces.send) return response.body;
  std::string sent;
  CHECK(response.pieces.send([&sent](std::string_view piece) {
    sent += piece;
    return true;
  }));
  return sent;
}

TEST_CASE("answers come as they were made") {
  WholeAnswers answers;
  for (const size_t bytes : {size_t{0}, size_t{100}, kLarge}) {
    const HttpResponse response =
        answers.Answer([bytes] { return Of(bytes); });
    CHECK(response.status == 200);
    CHECK(response.body_size() == bytes + 3);
    CHECK(Sent(response) == Of(bytes).body);
  }
}

TEST_CASE("bodies that nobody takes have a limit together") {
  WholeAnswers answers({.bytes = 3 * kLarge});
  std::vector<HttpResponse> held;
  for (int i = 0; i < 4; ++i) {
    held.push_back(answers.Answer([] { return Of(kLarge); }));
  }
  CHECK(held[1].status == 200);
  CHECK(held[2].status == 503);
  CHECK(held[3].status == 503);
  // Small answers pass.
  CHECK(answers.Answer([] { return Of(10); }).status == 200);
  held.clear();
  CHECK(answers.Answer([] { return Of(kLarge); }).status == 200);
  // An answer beyond the limit passes alone.
  CHECK(answers.Answer([] { return Of(5 * kLarge); }).status == 200);
}

TEST_CASE("one whose making failed leaves its turn") {
  WholeAnswers answers({.at_once = 1, .waiting = 0});
  CHECK_THROWS(
      answers.Answer([]() -> HttpResponse { throw std::bad_alloc(); }));
  CHECK(answers.Answer([] { return Of(0); }).status == 200);
}

TEST_CASE("few are made at once, few wait, and the others come again") {
  constexpr int kClients = 20;
  WholeAnswers answers({.at_once = 2, .waiting = 3});
  std::atomic<bool> go{false};
  std::atomic<int> made{0};
  std::atomic<int> most{0};
  std::atomic<int> served{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      const HttpResponse response = answers.Answer([&] {
        most = std::max(most.load(), ++made);
        while (!go) std::this_thread::yield();
        --made;
        return Of(0);
      });
      ++(response.status == 200 ? served : refused);
    });
  }
  while (refused < kClients - 5) std::this_thread::yield();
  go = true;
  for (std::thread& client : clients) client.join();
  CHECK(served == 5);
  CHECK(refused == kClients - 5);
  CHECK(most <= 2);
}

}  // namespace
}  // namespace plumbline
