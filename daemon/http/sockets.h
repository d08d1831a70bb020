// The sockets behind civetweb's connections, which its interface hides.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace plumbline {

// Calls `visit(fd, listening)` for each TCP socket of the process that is
// bound to `port`.
void VisitSockets(uint16_t port,
                  const std::function<void(int fd, bool listening)>& visit);

// True if only this machine can reach what listens on `address`, a HOST:PORT.
bool IsLoopback(const std::string& address);

}  // namespace plumbline
