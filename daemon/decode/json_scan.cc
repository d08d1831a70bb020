#include "daemon/decode/json_scan.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace plumbline {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Cuts digits off `text`; false if there are none.
bool TakeDigits(std::string_view* text) {
  const size_t end =
      std::min(text->find_first_not_of("0123456789"), text->size());
  text->remove_prefix(end);
  return end > 0;
}

template <class Integer>
bool Fits(std::string_view number) {
  Integer value;
  return std::from_chars(number.data(), number.data() + number.size(), value)
             .ec == std::errc();
}

uint32_t Hex4(std::string_view text) {
  uint32_t value = 0;
  std::from_chars(text.data(), text.data() + std::min<size_t>(text.size(), 4),
                  value, 16);
  return value;
}

bool IsHighSurrogate(uint32_t code) { return code >= 0xd800 && code < 0xdc00; }

// The low surrogate with its escape at `at`; 0 if there is none.
uint32_t LowSurrogateAt(std::string_view text, size_t at) {
  if (at + 6 > text.size() || text.substr(at, 2) != "\\u") return 0;
  const uint32_t code = Hex4(text.substr(at + 2));
  return code >= 0xdc00 && code < 0xe000 ? code : 0;
}

void AppendUtf8(uint32_t c, std::string* out) {
  const auto add = [out](uint32_t byte) { *out += static_cast<char>(byte); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xc0 | c >> 6);
    add(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    add(0xe0 | c >> 12);
    add(0x80 | (c >> 6 & 0x3f));
    add(0x80 | (c & 0x3f));
  } else {
    add(0xf0 | c >> 18);
    add(0x80 | (c >> 12 & 0x3f));
    add(0x80 | (c >> 6 & 0x3f));
    add(0x80 | (c & 0x3f));
  }
}

// `text`: a valid string without its quotes.
std::string Unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    constexpr std::string_view kNames = "bfnrt";
    constexpr std::string_view kMeant = "\b\f\n\r\t";
    if (c != 'u') {
      const size_t known = kNames.find(c);
      out += known == kNames.npos ? c : kMeant[known];
      continue;
    }
    uint32_t code = Hex4(text.substr(i + 1));
    const uint32_t low = LowSurrogateAt(text, i + 5);
    i += 4;
    if (IsHighSurrogate(code) && low != 0) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      i += 6;
    } else if (code >= 0xd800 && code < 0xe000) {
      code = 0xfffd;
    }
    AppendUtf8(code, &out);
  }
  return out;
}

}  // namespace

size_t BehindString(std::string_view json, size_t i) {
  for (++i; i < json.size() && json[i] != '"'; ++i) {
    if (json[i] == '\\') ++i;
  }
  return std::min(i + 1, json.size());
}

bool IsJsonNumber(std::string_view text) {
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

bool IsInteger(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

bool Fits64Bits(std::string_view integer) {
  return Fits<int64_t>(integer) || Fits<uint64_t>(integer);
}

bool FitsDouble(std::string_view number) {
  return std::isfinite(std::strtod(std::string(number).c_str(), nullptr));
}

bool IsNotANumber(std::string_view word) {
  return word == "NaN" || word == "Infinity" || word == "-Infinity";
}

std::string WithoutHalfSurrogates(std::string_view json) {
  constexpr std::string_view kReplacement = "\\ufffd";
  std::string out;
  for (size_t i = 0; i < json.size();) {
    size_t size = json[i] == '\\' ? 2 : 1;
    if (json.substr(i, 2) == "\\u") {
      size = 6;
      const uint32_t code = Hex4(json.substr(i + 2));
      const bool high = IsHighSurrogate(code);
      if (high && LowSurrogateAt(json, i + 6) != 0) {
        size = 12;
      } else if (high || LowSurrogateAt(json, i) != 0) {
        out += kReplacement;
        i += size;
        continue;
      }
    }
    out += json.substr(i, size);
    i += size;
  }
  return out;
}

std::vector<JsonField> FieldsOf(std::string_view object) {
  std::vector<JsonField> fields;
  size_t i = object.find('{');
  if (i == std::string_view::npos) return fields;
  for (i = object.find_first_of("\"}", i + 1);
       i < object.size() && object[i] == '"';) {
    const size_t key_end = BehindString(object, i);
    const std::string_view key = object.substr(i + 1, key_end - i - 2);
    const size_t colon = std::min(object.find(':', key_end), object.size() - 1);
    const size_t begin =
        std::min(object.find_first_not_of(kSpace, colon + 1), object.size());
    int depth = 0;
    size_t end = begin;
    while (end < object.size()) {
      const char c = object[end];
      if (c == '"') {
        end = BehindString(object, end);
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}')) break;
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') --depth;
      ++end;
    }
    std::string_view value = object.substr(begin, end - begin);
    value = value.substr(0, value.find_last_not_of(kSpace) + 1);
    fields.push_back({Unescaped(key), value});
    if (end >= object.size() || object[end] == '}') break;
    i = object.find('"', end);
  }
  return fields;
}

std::string TextOf(std::string_view value) {
  if (value.size() < 2 || value.front() != '"') return std::string(value);
  return Unescaped(value.substr(1, value.size() - 2));
}

std::optional<std::string_view> BehindFirstValue(std::string_view json) {
  if (!json.starts_with('{') && !json.starts_with('[')) return std::nullopt;
  int depth = 0;
  for (size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (c == '"') {
      i = BehindString(json, i);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++i;
    if (depth == 0) return json.substr(i);
  }
  return std::nullopt;
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
      i = BehindString(json, i);
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
      const bool last =
          c == ']' && json.find_first_not_of(kSpace, begin) == json.npos;
      return last ? elements : std::vector<std::string_view>{};
    }
    ++i;
  }
  return {};
}

}  // namespace plumbline
