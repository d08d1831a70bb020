#include "daemon/http/listen.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace plumbline {
namespace {

constexpr int kBacklog = 1000;

// The kernel's send buffer. The thread of an answer that fits need not wait for
// its client.
constexpr int kSendBytes = 128 << 10;

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

// The addresses of a HOST:PORT; none if it does not resolve.
Addresses Resolve(const std::string& address) {
  Addresses none(nullptr, freeaddrinfo);
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || address.find('[') != std::string::npos) {
    return none;
  }
  const std::string host = address.substr(0, colon);
  const std::string port = address.substr(colon + 1);
  if (port.empty() ||
      port.find_first_not_of("0123456789") != std::string::npos) {
    return none;
  }
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints,
                  &found) != 0) {
    return none;
  }
  return Addresses(found, freeaddrinfo);
}

// -1, with errno, on failure.
int ListenOn(const addrinfo& address) {
  const int fd =
      socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  if (fd < 0) return -1;
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // Accepted connections inherit it.
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBytes, sizeof(kSendBytes));
  if (bind(fd, address.ai_addr, address.ai_addrlen) == 0 &&
      listen(fd, kBacklog) == 0) {
    return fd;
  }
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

uint16_t PortOf(int fd) {
  sockaddr_in name{};
  socklen_t size = sizeof(name);
  getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  return ntohs(name.sin_port);
}

// nullopt, with *error, on failure.
std::optional<int> ListenOn(const std::string& address, std::string* error) {
  const Addresses resolved = Resolve(address);
  if (resolved == nullptr) {
    *error = "cannot listen on \"" + address +
             "\": it must be an IPv4 address and a port such as "
             "127.0.0.1:9350, or :9350 for all addresses (for IPv6, put a "
             "proxy in front)";
    return std::nullopt;
  }
  const int fd = ListenOn(*resolved);
  if (fd < 0) {
    *error = "cannot listen on " + address + ": " + std::strerror(errno) +
             "; is the address of this machine, and the port free?";
    return std::nullopt;
  }
  return fd;
}

}  // namespace

std::optional<Listening> Listen(const std::vector<std::string>& addresses,
                                std::string* error) {
  Listening listening;
  for (const std::string& address : addresses) {
    const auto fd = ListenOn(address, error);
    if (!fd) {
      for (const int open : listening.sockets) close(open);
      return std::nullopt;
    }
    listening.sockets.push_back(*fd);
    listening.ports.push_back(PortOf(*fd));
  }
  return listening;
}

}  // namespace plumbline
