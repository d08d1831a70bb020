#include "daemon/http/tidied_recv.h"

#include <dlfcn.h>
#include <poll.h>
#include <sys/socket.h>

#include "daemon/http/request_tidier.h"

namespace plumbline {
namespace {

struct Connection {
  bool open = false;
  int fd = -1;
  RequestTidier tidier;
};
thread_local Connection connection;

// True once there is something to read; false if nothing comes.
bool WaitForBytes(int fd) {
  constexpr int kPatienceMs = 10'000;
  pollfd wanted = {fd, POLLIN, 0};
  return poll(&wanted, 1, kPatienceMs) > 0;
}

}  // namespace

void BeginTidying() {
  connection = Connection();
  connection.open = true;
}

void EndTidying() { connection.open = false; }

}  // namespace plumbline

// civetweb reads with this definition, as it comes before the C library's.
extern "C" ssize_t recv(int fd, void* bytes, size_t size, int flags) {
  using plumbline::connection;
  using Function = ssize_t (*)(int, void*, size_t, int);
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "recv"));
  if (connection.open && connection.fd < 0) connection.fd = fd;
  for (;;) {
    const ssize_t n = next(fd, bytes, size, flags);
    if (n <= 0 || !connection.open || connection.fd != fd) return n;
    const size_t left = connection.tidier.Tidy(static_cast<char*>(bytes),
                                               static_cast<size_t>(n));
    if (left > 0) return static_cast<ssize_t>(left);
    // 0 would be the end of the connection.
    if (!plumbline::WaitForBytes(fd)) return -1;
  }
}
