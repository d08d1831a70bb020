// The sockets of civetweb's connections, which its interface hides.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace plumbline {

// Calls `visit(fd, listening)` for each TCP socket of this process that is
// bound to `port`.
void VisitSockets(uint16_t port,
                  const std::function<void(int fd, bool listening)>& visit);

// True if `address`, a HOST:PORT, can be reached only from this machine.
bool IsLoopback(const std::string& address);

}  // namespace plumbline
