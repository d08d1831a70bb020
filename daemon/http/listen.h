// Sockets that listen.

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

// On each of `addresses`: "127.0.0.1:9350", ":9350" for all, port 0 for one
// that is free. nullopt, with *error saying what to do, if one cannot be had.
std::optional<Listening> Listen(const std::vector<std::string>& addresses,
                                std::string* error);

}  // namespace plumbline
