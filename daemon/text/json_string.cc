#include "daemon/text/json_string.h"

#include <algorithm>

namespace plumbline {
namespace {

unsigned char ByteAt(std::string_view text, size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

void AppendEscaped(unsigned code, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += "\\u00";
  *out += kHex[code >> 4];
  *out += kHex[code & 15];
}

}  // namespace

size_t CharacterLength(std::string_view text) {
  const unsigned char first = ByteAt(text, 0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((ByteAt(text, i) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = ByteAt(text, 1);
  const bool overlong =
      (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second >= 0xa0;
  const bool beyond = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

void AppendJsonString(std::string_view text, std::string* out) {
  *out += '"';
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const unsigned char first = ByteAt(text, 0);
    if (length == 0) {
      *out += "\xef\xbf\xbd";
    } else if (first == '"' || first == '\\') {
      *out += '\\';
      *out += text[0];
    } else if (first == '\n') {
      *out += "\\n";
    } else if (first < 0x20 || first == 0x7f) {
      AppendEscaped(first, out);
    } else if (length == 2 && first == 0xc2 && ByteAt(text, 1) < 0xa0) {
      AppendEscaped(ByteAt(text, 1), out);
    } else {
      *out += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  *out += '"';
}

std::string_view CutText(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (ByteAt(text, most) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace plumbline
