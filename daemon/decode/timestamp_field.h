// Finds and replaces the timestamp of an event's line, without reading the
// rest of it.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

class TimestampField {
 public:
  TimestampField();
  ~TimestampField();

  // Microseconds since 1970, or nullopt if the line has no readable timestamp.
  std::optional<int64_t> Read(const std::string& line);

  // Gives the event this timestamp, in whole microseconds, as decoding tells
  // those of our time from seconds. False if the line is no JSON object.
  bool Replace(int64_t time_us, std::string* line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline
