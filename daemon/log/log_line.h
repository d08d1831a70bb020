// What a line of the log holds.

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace plumbline {

enum class LogFormat { kLogfmt, kJson };

using LogField = std::pair<std::string_view, std::string>;

// The fields of a line, beginning with its level and its message, as they stand
// behind its time. Values are escaped, so that text from outside cannot make up
// a line or a field.
std::string FormatLogLine(LogFormat format, std::string_view level,
                          std::string_view message,
                          std::initializer_list<LogField> fields);

}  // namespace plumbline
