#include "daemon/http/accept_hook.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <unordered_map>

namespace plumbline {
namespace {

struct Hooks {
  std::mutex mutex;
  std::unordered_map<int, AcceptQueue*> queues;  // guarded by mutex
};

Hooks& TheHooks() {
  static Hooks hooks;
  return hooks;
}

AcceptQueue* QueueOf(int listener) {
  Hooks& hooks = TheHooks();
  const std::lock_guard lock(hooks.mutex);
  const auto queue = hooks.queues.find(listener);
  return queue == hooks.queues.end() ? nullptr : queue->second;
}

// Wakes a thread that waits for a connection to `listener`.
void ConnectTo(int listener) {
  sockaddr_in name{};
  socklen_t size = sizeof(name);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size) == 0) {
    connect(fd, reinterpret_cast<sockaddr*>(&name), size);
  }
  close(fd);
}

}  // namespace

AcceptHook::AcceptHook(int listener, AcceptQueue* queue) : listener_(listener) {
  Hooks& hooks = TheHooks();
  const std::lock_guard lock(hooks.mutex);
  const int replaced = fcntl(listener, F_DUPFD_CLOEXEC, 0);
  hooks.queues[listener] = queue;
  dup3(queue->fd(), listener, O_CLOEXEC);
  // A thread of civetweb may still poll the former socket; without a connection
  // it would take two seconds to notice the replacement.
  ConnectTo(replaced);
  close(replaced);
}

AcceptHook::~AcceptHook() {
  Hooks& hooks = TheHooks();
  const std::lock_guard lock(hooks.mutex);
  hooks.queues.erase(listener_);
}

}  // namespace plumbline

// civetweb calls this definition: it takes precedence over the C library's.
extern "C" int accept(int listener, sockaddr* address, socklen_t* size) {
  using Function = int (*)(int, sockaddr*, socklen_t*);
  static const auto next =
      reinterpret_cast<Function>(dlsym(RTLD_NEXT, "accept"));
  plumbline::AcceptQueue* queue = plumbline::QueueOf(listener);
  if (queue == nullptr) return next(listener, address, size);
  sockaddr_in peer{};
  const int fd = queue->Accept(&peer);
  if (fd < 0) {
    errno = EAGAIN;
    return -1;
  }
  std::memcpy(address, &peer, std::min<size_t>(*size, sizeof(peer)));
  *size = sizeof(peer);
  return fd;
}
