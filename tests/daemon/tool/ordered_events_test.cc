#include "daemon/tool/ordered_events.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temporary.h"

namespace plumbline {
namespace {

std::string EventAt(int64_t time) {
  return R"({"model":"m","prediction":"a","label":"a","timestamp":)" +
         std::to_string(time) + "}\n";
}

// The times of the events of these files, in seconds.
std::vector<int64_t> Times(const std::vector<std::string>& paths) {
  EventReport report(paths, "reading");
  std::string error;
  const auto mapping = CsvMapping::Parse({}, {}, &error);
  OrderedEvents events;
  REQUIRE(events.Open(paths, &*mapping, &report));
  std::vector<int64_t> times;
  for (OrderedEvents::Item item; events.Next(&item);) {
    times.push_back(item.time_us / 1'000'000);
  }
  CHECK(events.ok());
  return times;
}

TEST_CASE("the events of all files come by their times, in order or not") {
  constexpr int64_t kThen = 1'600'000'000;
  const TemporaryDirectory directory;
  const std::string ordered =
      directory.Write("a", EventAt(kThen) + EventAt(kThen + 3));
  const std::string not_ordered =
      directory.Write("b", EventAt(kThen + 4) + EventAt(kThen + 2));
  CHECK(Times({ordered, not_ordered}) ==
        std::vector<int64_t>{kThen, kThen + 2, kThen + 3, kThen + 4});
}

TEST_CASE("a pipe is read once, and loses nothing") {
  constexpr int64_t kThen = 1'600'000'000;
  constexpr int kBytes = 1 << 20;
  constexpr int64_t kEvents = 8000;  // more than one piece of a file
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  REQUIRE(fcntl(ends[1], F_SETPIPE_SZ, kBytes) >= kBytes);
  std::string text;
  for (int64_t i = 0; i < kEvents; ++i) text += EventAt(kThen + i);
  REQUIRE(text.size() < size_t{kBytes});
  REQUIRE(write(ends[1], text.data(), text.size()) ==
          static_cast<ssize_t>(text.size()));
  close(ends[1]);
  CHECK(Times({"/dev/fd/" + std::to_string(ends[0])}).size() == kEvents);
  close(ends[0]);
}

}  // namespace
}  // namespace plumbline
