// Listening sockets.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumbline {

struct Listening {
  std::vector<int> sockets;     // the caller closes them
  std::vector<uint16_t> ports;  // of each
};

// Listens on each of `addresses`: "127.0.0.1:9350", ":9350" for all interfaces,
// port 0 for a free one. nullopt, with the remedy in *error, if one fails.
std::optional<Listening> Listen(const std::vector<std::string>& addresses,
                                std::string* error);

}  // namespace plumbline
