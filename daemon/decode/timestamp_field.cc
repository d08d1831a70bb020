#include "daemon/decode/timestamp_field.h"

#include <simdjson.h>

#include <charconv>
#include <cstdlib>

#include "core/event/timestamp.h"
#include "daemon/decode/json_scan.h"

namespace plumbline {
namespace {

// Reads a JSON number as a time; nullopt if it is not one, like null.
std::optional<int64_t> TimestampOfText(const std::string& number) {
  uint64_t integer = 0;
  const char* const last = number.data() + number.size();
  const auto [end, error] = std::from_chars(number.data(), last, integer);
  if (error == std::errc() && end == last) return TimestampOfInteger(integer);
  char* behind = nullptr;
  const double real = std::strtod(number.c_str(), &behind);
  if (behind == number.c_str()) return std::nullopt;
  return TimestampOfDouble(real);
}

}  // namespace

struct TimestampField::Impl {
  simdjson::ondemand::parser parser;
  simdjson::padded_string padded;  // the current line

  // Finds the value in the line; empty if there is none. False if the line is
  // not an object.
  bool Find(const std::string& line, std::string_view* value) {
    *value = {};
    padded = simdjson::padded_string(line);
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS) {
      return false;
    }
    simdjson::ondemand::value found;
    if (object.find_field_unordered("timestamp").get(found) ==
        simdjson::SUCCESS) {
      *value = found.raw_json_token();
      while (!value->empty() && value->back() <= ' ') value->remove_suffix(1);
    }
    return true;
  }
};

TimestampField::TimestampField() : impl_(std::make_unique<Impl>()) {}
TimestampField::~TimestampField() = default;

std::optional<int64_t> TimestampField::Read(const std::string& line) {
  std::string_view value;
  if (!impl_->Find(line, &value) || value.empty()) return std::nullopt;
  if (value.size() >= 2 && value.front() == '"') {
    return ParseTimestamp(TextOf(value));
  }
  return TimestampOfText(std::string(value));
}

bool TimestampField::Replace(int64_t time_us, std::string* line) {
  std::string_view value;
  if (!impl_->Find(*line, &value)) return false;
  const std::string number = std::to_string(time_us);
  if (value.empty()) {
    const size_t brace = line->find('{');
    const size_t next = line->find_first_not_of(" \t", brace + 1);
    const bool alone = next != std::string::npos && (*line)[next] == '}';
    line->insert(brace + 1, "\"timestamp\":" + number + (alone ? "" : ","));
  } else {
    const auto at = static_cast<size_t>(value.data() - impl_->padded.data());
    line->replace(at, value.size(), number);
  }
  return true;
}

}  // namespace plumbline
