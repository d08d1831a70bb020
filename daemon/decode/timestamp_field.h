// Reads and replaces the timestamp in an event's line, without reading the
// rest.

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

  // Sets the timestamp, in whole microseconds, which decoding tells from
  // seconds by their size. False if the line is not a JSON object.
  bool Replace(int64_t time_us, std::string* line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline
