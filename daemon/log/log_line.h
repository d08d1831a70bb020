// Formats a line of the log.

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace plumbline {

enum class LogFormat { kLogfmt, kJson };

using LogField = std::pair<std::string_view, std::string>;

// The part of a line after its time: level, message and fields. Values are
// escaped, so text from outside cannot forge a line or a field.
std::string FormatLogLine(LogFormat format, std::string_view level,
                          std::string_view message,
                          std::initializer_list<LogField> fields);

}  // namespace plumbline
