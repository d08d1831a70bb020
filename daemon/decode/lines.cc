#include "daemon/decode/lines.h"

#include <algorithm>

#include "daemon/decode/json_scan.h"

namespace plumbline {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

}  // namespace

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string_view TakeLine(std::string_view* rest) {
  const size_t end = std::min(rest->find('\n'), rest->size());
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return line;
}

std::string_view WithoutByteOrderMark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  return text;
}

BodyFormat GuessFormat(std::string_view body) {
  body = Trim(body);
  if (body.starts_with('[')) return BodyFormat::kJson;
  const auto behind =
      body.starts_with('{') ? BehindFirstValue(body) : std::nullopt;
  // If no object comes first, a later line may still hold one.
  if (!behind) {
    return body.find("\n{") == std::string_view::npos ? BodyFormat::kJson
                                                      : BodyFormat::kNdjson;
  }
  const size_t next = behind->find_first_not_of(kSpace);
  const bool new_line = behind->substr(0, next).find('\n') != behind->npos;
  return next != behind->npos && new_line ? BodyFormat::kNdjson
                                          : BodyFormat::kJson;
}

}  // namespace plumbline
