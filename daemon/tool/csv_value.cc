#include "daemon/tool/csv_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "daemon/decode/json_scan.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

using Kind = CsvField::Kind;

// True for "inf" and the like, with or without a sign, in any case.
bool IsInfinite(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  std::string lower(text.substr(0, sizeof("infinity")));
  for (char& c : lower) c |= 'a' ^ 'A';
  return lower == "inf" || lower == "infinity";
}

// True for digits that are not sent as a number: 20261129 is no Unix time, but
// as a number would mean a second of 1970.
bool IsDigitsOfTime(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Integers beyond 64 bits are classes as text, not as JSON numbers.
bool IsLongInteger(std::string_view text) {
  constexpr size_t kMost = 18;
  return text.size() > kMost && text.find_first_of(".eE") == text.npos;
}

// Data frames write integers as "7.0" in a column with a missing value.
std::string_view IdOf(std::string_view text) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (!text.ends_with(".0")) return text;
  const std::string_view whole = text.substr(0, text.size() - 2);
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(whole.data(), whole.data() + whole.size(), value);
  const bool is_one = error == std::errc() &&
                      end == whole.data() + whole.size() &&
                      IsJsonNumber(whole) && value > -kExact && value < kExact;
  if (!is_one) return text;
  return value == 0 ? "0" : whole;
}

bool IsDigitAt(std::string_view text, size_t i) {
  return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

// The JSON spelling of a number: "+1" is 1, ".5" 0.5, and "5." 5.0. Empty if
// the text is no number.
std::string JsonNumberOf(std::string_view text) {
  if (IsJsonNumber(text)) return std::string(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return "";
  }
  std::string number(text);
  const size_t point = number.find('.');
  if (point != number.npos) {
    const bool before = point > 0 && IsDigitAt(number, point - 1);
    const bool behind = IsDigitAt(number, point + 1);
    if (before && !behind) number.insert(point + 1, "0");
    if (behind && !before) number.insert(point, "0");
  }
  return IsJsonNumber(number) ? number : "";
}

void AppendNumber(std::string_view text, std::string* json) {
  const std::string as_json = JsonNumberOf(text);
  if (!as_json.empty()) {
    *json += as_json;
    return;
  }
  // Leading zeros are not JSON.
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() ||
      !std::isfinite(number)) {
    return AppendJsonString(text, json);  // the decoder rejects it
  }
  char shortest[32];
  const auto written =
      std::to_chars(shortest, shortest + sizeof(shortest), number);
  json->append(shortest, written.ptr);
}

void AppendNumberOrText(std::string_view text, std::string* json) {
  const std::string number = JsonNumberOf(text);
  if (number.empty()) {
    AppendJsonString(text, json);
  } else {
    *json += number;
  }
}

}  // namespace

bool IsMissingCell(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMissing = {
      "",     "NaN",  "nan",  "-nan", "NA",   "N/A",
      "#N/A", "<NA>", "null", "NULL", "None", "NaT"};
  return std::find(kMissing.begin(), kMissing.end(), text) != kMissing.end();
}

bool AppendCell(Kind kind, std::string_view text, std::string* json) {
  if (IsMissingCell(text)) return false;
  const bool is_text = kind == Kind::kText || kind == Kind::kId;
  if (!is_text && IsInfinite(text)) {
    // The decoder warns about it.
    *json += text.starts_with('-') ? "-Infinity" : "Infinity";
    return true;
  }
  switch (kind) {
    case Kind::kText:
      AppendJsonString(text, json);
      break;
    case Kind::kId:
      AppendJsonString(IdOf(text), json);
      break;
    case Kind::kNumber:
      AppendNumber(text, json);
      break;
    case Kind::kClass:
      if (text.starts_with('[') && text.ends_with(']')) {
        *json += text;  // a set
      } else if (IsLongInteger(text)) {
        AppendJsonString(text, json);
      } else {
        AppendNumberOrText(text, json);
      }
      break;
    case Kind::kFeature:
      AppendNumberOrText(text, json);
      break;
    case Kind::kWhole:
      if (text.starts_with('{')) {
        *json += text;
      } else {
        AppendJsonString(text, json);
      }
      break;
    case Kind::kTime:
      if (IsJsonNumber(text) && !IsDigitsOfTime(text)) {
        *json += text;
      } else {
        AppendJsonString(text, json);
      }
  }
  return true;
}

}  // namespace plumbline
