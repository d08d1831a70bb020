#include "daemon/decode/json_element.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "daemon/decode/json_scan.h"

namespace plumbline {

using simdjson::dom::element_type;

bool IntegerText(simdjson::dom::element value, std::string* text) {
  switch (value.type()) {
    case element_type::INT64:
      *text = std::to_string(int64_t(value));
      return true;
    case element_type::UINT64:
      *text = std::to_string(uint64_t(value));
      return true;
    case element_type::DOUBLE: {
      const auto number = double(value);
      if (std::abs(number) > kLargestExact || number != std::trunc(number)) {
        return false;
      }
      *text = std::to_string(static_cast<int64_t>(number));
      return true;
    }
    default:
      return false;
  }
}

bool SegmentText(simdjson::dom::element value, std::string* text) {
  switch (value.type()) {
    case element_type::STRING:
      *text = value.get_string().value_unsafe();
      return true;
    case element_type::BOOL:
      *text = bool(value) ? "true" : "false";
      return true;
    default:
      return IntegerText(value, text);
  }
}

bool RepeatsKey(simdjson::dom::object object) {
  constexpr size_t kFew = 16;
  if (object.size() <= kFew) {
    std::array<std::string_view, kFew> keys;
    size_t count = 0;
    for (const auto entry : object) {
      if (std::find(keys.begin(), keys.begin() + count, entry.key) !=
          keys.begin() + count) {
        return true;
      }
      keys[count++] = entry.key;
    }
    return false;
  }
  std::vector<std::string_view> keys;
  for (const auto entry : object) keys.push_back(entry.key);
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

const char* KindOf(simdjson::dom::element value) {
  switch (value.type()) {
    case element_type::ARRAY:
      return "an array";
    case element_type::OBJECT:
      return "an object";
    case element_type::STRING:
      return "a string";
    case element_type::BOOL:
      return "a boolean";
    case element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

}  // namespace plumbline
