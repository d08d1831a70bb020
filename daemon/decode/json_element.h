// Reads the values of an event from simdjson's elements.

#pragma once

#include <simdjson.h>

#include <string>

namespace plumbline {

inline bool AsNumber(simdjson::dom::element value, double* number) {
  using simdjson::dom::element_type;
  switch (value.type()) {
    case element_type::INT64:
      *number = static_cast<double>(int64_t(value));
      return true;
    case element_type::UINT64:
      *number = static_cast<double>(uint64_t(value));
      return true;
    case element_type::DOUBLE:
      *number = double(value);
      return true;
    default:
      return false;
  }
}

// The decimal text of an integer. A whole number below 2^53 counts as an
// integer in any notation: data frames write 7 as 7.0 in columns with missing
// values.
bool IntegerText(simdjson::dom::element value, std::string* text);

// The text of a valid segment value: a string, an integer, a boolean.
bool SegmentText(simdjson::dom::element value, std::string* text);

inline bool IsNested(simdjson::dom::element value) {
  using simdjson::dom::element_type;
  const element_type type = value.type();
  return type == element_type::ARRAY || type == element_type::OBJECT;
}

bool RepeatsKey(simdjson::dom::object object);

// "an object", "a string" and so on.
const char* KindOf(simdjson::dom::element value);

}  // namespace plumbline
