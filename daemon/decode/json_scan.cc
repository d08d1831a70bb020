#include "daemon/decode/json_scan.h"

#include <algorithm>
#include <cstddef>

namespace plumbline {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kBehindNumber = ",]} \t\r\n";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Behind the string that begins at `i`.
size_t SkipString(std::string_view json, size_t i) {
  for (++i; i < json.size() && json[i] != '"'; ++i) {
    if (json[i] == '\\') ++i;
  }
  return std::min(i + 1, json.size());
}

// Takes digits off `text`; false if there are none.
bool TakeDigits(std::string_view* text) {
  const size_t end =
      std::min(text->find_first_not_of("0123456789"), text->size());
  text->remove_prefix(end);
  return end > 0;
}

bool IsNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.size() > 1 && text[0] == '0' && IsDigit(text[1])) return false;
  if (!TakeDigits(&text)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!TakeDigits(&text)) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!TakeDigits(&text)) return false;
  }
  return text.empty();
}

}  // namespace

bool NumbersAreWellFormed(std::string_view json) {
  for (size_t i = 0; i < json.size();) {
    if (json[i] == '"') {
      i = SkipString(json, i);
    } else if (json[i] == '-' || IsDigit(json[i])) {
      const size_t end =
          std::min(json.find_first_of(kBehindNumber, i), json.size());
      if (!IsNumber(json.substr(i, end - i))) return false;
      i = end;
    } else {
      ++i;
    }
  }
  return true;
}

std::string WithNestedIntegersAsDoubles(std::string_view object) {
  constexpr size_t kManyDigits = 18;
  std::string out;
  int depth = 0;
  for (size_t i = 0; i < object.size();) {
    const char c = object[i];
    size_t end = i + 1;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == '"') end = SkipString(object, i);
    const bool number = c == '-' || IsDigit(c);
    if (number) {
      end = std::min(object.find_first_of(kBehindNumber, i), object.size());
    }
    const std::string_view piece = object.substr(i, end - i);
    out += piece;
    const bool integer = number && piece.find_first_of(".eE") == piece.npos;
    if (integer && depth > 1 && piece.size() > kManyDigits) out += "e0";
    i = end;
  }
  return out;
}

std::string_view BehindFirstValue(std::string_view json) {
  int depth = 0;
  for (size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (c == '"') {
      i = SkipString(json, i);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++i;
    if (depth == 0) return json.substr(i);
  }
  return {};
}

std::vector<std::string_view> SplitArray(std::string_view json, size_t most) {
  std::vector<std::string_view> elements;
  const size_t open = json.find_first_not_of(kSpace);
  if (open == std::string_view::npos || json[open] != '[') return {};
  size_t begin = open + 1;
  int depth = 1;
  for (size_t i = begin; i < json.size();) {
    const char c = json[i];
    if (c == '"') {
      i = SkipString(json, i);
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth == 0 || (depth == 1 && c == ',')) {
      elements.push_back(json.substr(begin, i - begin));
      begin = i + 1;
      if (elements.size() == most) return elements;
    }
    if (depth == 0) {
      const bool last = json.find_first_not_of(kSpace, begin) == json.npos;
      return last ? elements : std::vector<std::string_view>{};
    }
    ++i;
  }
  return {};
}

}  // namespace plumbline
