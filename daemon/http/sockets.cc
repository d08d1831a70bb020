#include "daemon/http/sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>

namespace plumbline {
namespace {

// True, with the name, if `fd` is an IPv4 socket; `name_of` is getsockname or
// getpeername.
template <class NameOf>
bool NameSocket(int fd, NameOf name_of, sockaddr_in* name) {
  socklen_t size = sizeof(*name);
  return name_of(fd, reinterpret_cast<sockaddr*>(name), &size) == 0 &&
         name->sin_family == AF_INET;
}

}  // namespace

void VisitSockets(uint16_t port,
                  const std::function<void(int fd, bool listening)>& visit) {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    sockaddr_in name{};
    if (fd <= 2 || !NameSocket(fd, getsockname, &name) ||
        ntohs(name.sin_port) != port) {
      continue;
    }
    int listening = 0;
    socklen_t size = sizeof(listening);
    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size);
    visit(fd, listening != 0);
  }
  closedir(directory);
}

bool IsLoopback(const std::string& address) {
  const std::string host = address.substr(0, address.rfind(':'));
  if (host == "localhost" || host == "[::1]") return true;
  in_addr parsed{};
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1 &&
         ntohl(parsed.s_addr) >> 24 == 127;
}

}  // namespace plumbline
