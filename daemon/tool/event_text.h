// The events of a file, one by one.

#pragma once

#include <cstdint>
#include <string>

namespace plumbline {

struct EventText {
  std::string json;     // one line; not validated
  uint64_t line = 0;    // its first, from 1
  std::string problem;  // why there is no `json`
};

class EventSource {
 public:
  virtual ~EventSource() = default;
  // False at the end, or if the rest cannot be read.
  virtual bool Next(EventText* event) = 0;
};

}  // namespace plumbline
