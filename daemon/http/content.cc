#include "daemon/http/content.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <string>

namespace plumbline {
namespace {

// Names without an "x-" before them.
constexpr std::array<std::string_view, 7> kLines = {
    "ndjson",      "jsonl",       "jsonlines", "json-lines",
    "json-stream", "stream+json", "ldjson"};

// Lower case, without surrounding white space.
std::string Plain(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  const size_t end = text.find_last_not_of(kSpace) + 1;
  std::string plain(text.substr(begin, std::max(begin, end) - begin));
  std::transform(plain.begin(), plain.end(), plain.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return plain;
}

std::string WithoutParameters(std::string_view content_type) {
  return Plain(content_type.substr(0, content_type.find(';')));
}

}  // namespace

std::optional<BodyFormat> FormatNamed(std::string_view content_type) {
  const std::string type = WithoutParameters(content_type);
  if (type == "application/json") return BodyFormat::kJson;
  if (type.empty() || type == "text/plain" || IsForm(type)) {
    return BodyFormat::kUnknown;
  }
  std::string_view name = type;
  for (const std::string_view family : {"application/", "text/"}) {
    if (!name.starts_with(family)) continue;
    name.remove_prefix(family.size());
    if (name.starts_with("x-")) name.remove_prefix(2);
    if (name == "json") return BodyFormat::kUnknown;
    if (std::find(kLines.begin(), kLines.end(), name) != kLines.end()) {
      return BodyFormat::kNdjson;
    }
    break;
  }
  return std::nullopt;
}

bool IsForm(std::string_view content_type) {
  return WithoutParameters(content_type) == "application/x-www-form-urlencoded";
}

std::optional<Coding> CodingNamed(std::string_view content_encoding) {
  Coding coding = Coding::kIdentity;
  while (!content_encoding.empty()) {
    const size_t end =
        std::min(content_encoding.find(','), content_encoding.size());
    const std::string name = Plain(content_encoding.substr(0, end));
    content_encoding.remove_prefix(std::min(end + 1, content_encoding.size()));
    if (name.empty() || name == "identity") continue;
    if (coding != Coding::kIdentity) return std::nullopt;
    if (name == "gzip" || name == "x-gzip") {
      coding = Coding::kGzip;
    } else if (name == "deflate") {
      coding = Coding::kDeflate;
    } else {
      return std::nullopt;
    }
  }
  return coding;
}

bool AcceptsGzip(std::string_view list) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    std::string_view coding = item.substr(0, item.find(';'));
    while (coding.ends_with(' ')) coding.remove_suffix(1);
    if (coding.size() != 4 || strncasecmp(coding.data(), "gzip", 4) != 0) {
      continue;
    }
    const size_t weight = item.find("q=");
    return weight == std::string_view::npos ||
           std::strtod(std::string(item.substr(weight + 2)).c_str(), nullptr) >
               0;
  }
  return false;
}

}  // namespace plumbline
