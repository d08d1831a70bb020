#include "daemon/http/request_head.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace plumbline {
namespace {

// The server refuses a head with such a byte at once.
bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < ' ' && c != '\r' && c != '\n' && c != '\t') || byte == 0x7f;
}

// Where the body begins: after an empty line, which civetweb also accepts
// without CRs. npos if it has not arrived.
size_t EndOfHead(std::string_view first) {
  const auto behind = [&](std::string_view line) {
    const size_t begin = first.find(line);
    return begin == first.npos ? first.npos : begin + line.size();
  };
  return std::min(behind("\r\n\r\n"), behind("\n\n"));
}

// The rest of the line after `name`, if the line begins with it.
std::optional<std::string_view> ValueOf(std::string_view line,
                                        std::string_view name) {
  if (line.size() <= name.size() || line[name.size()] != ':' ||
      strncasecmp(line.data(), name.data(), name.size()) != 0) {
    return std::nullopt;
  }
  std::string_view value = line.substr(name.size() + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  return value;
}

struct BodyLength {
  size_t bytes = 0;
  bool chunked = false;
};

BodyLength LengthIn(std::string_view head) {
  BodyLength length;
  while (!head.empty()) {
    const size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    if (const auto value = ValueOf(line, "Content-Length")) {
      std::from_chars(value->data(), value->data() + value->size(),
                      length.bytes);
    }
    if (ValueOf(line, "Transfer-Encoding")) length.chunked = true;
  }
  return length;
}

}  // namespace

Arrival ArrivalOf(std::string_view first, size_t arrived) {
  const size_t begin = EndOfHead(first);
  if (begin == std::string_view::npos) {
    const bool refused = std::any_of(first.begin(), first.end(), IsControl);
    return {.head = refused, .whole = refused};
  }
  const BodyLength length = LengthIn(first.substr(0, begin));
  if (length.chunked) {
    return {.head = true,
            .whole = arrived == first.size() && first.ends_with("0\r\n\r\n")};
  }
  return {.head = true, .whole = arrived - begin >= length.bytes};
}

}  // namespace plumbline
