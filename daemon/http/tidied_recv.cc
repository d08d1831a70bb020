#include "daemon/http/tidied_recv.h"

#include <dlfcn.h>
#include <poll.h>
#include <sys/socket.h>

#include <optional>

#include "daemon/http/request_tidier.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

struct Reading {
  bool open = false;
  int fd = -1;
  std::optional<Clock::time_point> began;  // of the request
  size_t bytes = 0;                        // of the request
  RequestTidier tidier;
};
thread_local Reading reading;

// True once there is something to read; false if nothing comes.
bool WaitForBytes(int fd) {
  constexpr int kPatienceMs = 10'000;
  pollfd wanted = {fd, POLLIN, 0};
  return poll(&wanted, 1, kPatienceMs) > 0;
}

}  // namespace

void BeginTidying() {
  reading = Reading();
  reading.open = true;
}

void EndTidying() { reading.open = false; }

int ReadingFrom() { return reading.fd; }

void AwaitRequest() {
  reading.began.reset();
  reading.bytes = 0;
}

size_t RequestBytes() { return reading.bytes; }

void RequestBeganAt(Clock::time_point time) { reading.began = time; }

Clock::time_point RequestBegan() {
  return reading.began ? *reading.began : Clock::now();
}

}  // namespace plumbline

// civetweb calls this definition: it takes precedence over the C library's.
extern "C" ssize_t recv(int fd, void* bytes, size_t size, int flags) {
  using plumbline::reading;
  using Function = ssize_t (*)(int, void*, size_t, int);
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "recv"));
  if (reading.open && reading.fd < 0) reading.fd = fd;
  for (;;) {
    const ssize_t n = next(fd, bytes, size, flags);
    if (n <= 0 || !reading.open || reading.fd != fd) return n;
    if (!reading.began) reading.began = std::chrono::steady_clock::now();
    const size_t left =
        reading.tidier.Tidy(static_cast<char*>(bytes), static_cast<size_t>(n));
    reading.bytes += left;
    if (left > 0) return static_cast<ssize_t>(left);
    // Tidying left nothing: read on, because 0 would mean the end of input.
    if (!plumbline::WaitForBytes(fd)) return -1;
  }
}
