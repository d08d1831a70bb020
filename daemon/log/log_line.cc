#include "daemon/log/log_line.h"

#include <algorithm>

#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

bool NeedsQuotes(std::string_view value) {
  return value.empty() || std::any_of(value.begin(), value.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte <= ' ' || byte >= 0x7f || c == '"' || c == '=' ||
                  c == '\\';
         });
}

void AppendField(LogFormat format, std::string_view key, std::string_view value,
                 std::string* line) {
  const bool json = format == LogFormat::kJson;
  if (!line->empty()) *line += json ? ',' : ' ';
  if (json) {
    AppendJsonString(key, line);
    *line += ':';
  } else {
    *line += key;
    *line += '=';
  }
  if (json || NeedsQuotes(value)) {
    AppendJsonString(value, line);
  } else {
    *line += value;
  }
}

}  // namespace

std::string FormatLogLine(LogFormat format, std::string_view level,
                          std::string_view message,
                          std::initializer_list<LogField> fields) {
  std::string line;
  AppendField(format, "level", level, &line);
  AppendField(format, "msg", message, &line);
  for (const auto& [key, value] : fields) {
    AppendField(format, key, value, &line);
  }
  return line;
}

}  // namespace plumbline
