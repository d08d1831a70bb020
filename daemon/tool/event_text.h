// What a file of events holds, one by one.

#pragma once

#include <cstdint>
#include <string>

namespace plumbline {

struct EventText {
  std::string json;     // one line; it may be no event
  uint64_t line = 0;    // that it begins in, from 1
  std::string problem;  // why there is no `json`
};

class EventSource {
 public:
  virtual ~EventSource() = default;
  // False at the end, or where the rest cannot be read.
  virtual bool Next(EventText* event) = 0;
};

}  // namespace plumbline
