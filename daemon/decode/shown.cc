#include "daemon/decode/shown.h"

#include <algorithm>
#include <charconv>

#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

bool ContinuesCharacter(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::string Quoted(std::string_view text) {
  constexpr size_t kShown = 64;
  std::string quoted = "\"";
  quoted += CutText(text, kShown);
  if (text.size() > kShown) quoted += "...";
  return quoted + "\"";
}

std::string Shown(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), number).ptr;
  return {text, end};
}

LineColumn Behind(LineColumn place, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      ++place.line;
      place.column = 1;
    } else if (!ContinuesCharacter(c)) {
      ++place.column;
    }
  }
  return place;
}

std::string Excerpt(std::string_view text, size_t at) {
  constexpr size_t kBefore = 24;
  constexpr size_t kBehind = 24;
  at = std::min(at, text.size());
  size_t begin = at - std::min(at, kBefore);
  while (begin < at && ContinuesCharacter(text[begin])) ++begin;
  const std::string_view shown =
      CutText(text.substr(begin), at - begin + kBehind);
  std::string excerpt = begin > 0 ? "..." : "";
  for (size_t i = 0; i < shown.size();) {
    const size_t size = CharacterLength(shown.substr(i));
    const bool control = static_cast<unsigned char>(shown[i]) < 0x20;
    if (size == 0) {
      excerpt += "\xef\xbf\xbd";
    } else {
      excerpt += control ? " " : shown.substr(i, size);
    }
    i += std::max<size_t>(size, 1);
  }
  if (begin + shown.size() < text.size()) excerpt += "...";
  return excerpt;
}

}  // namespace plumbline
