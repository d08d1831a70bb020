// A client's socket.

#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstdint>

#include "tests/support/catch.h"

namespace plumbline {

// A socket connected to a local port.
inline int ConnectTo(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof(name)) == 0);
  return fd;
}

}  // namespace plumbline
