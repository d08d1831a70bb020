// The daemon's log: one line an entry on standard error, as logfmt or JSON.
//
// Values are escaped, so that text from outside cannot make up a line or a
// field. Nothing is logged per event at level info or above.

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace plumbline {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

// Once, before the first Log(). Until then entries of kInfo and above are
// written as logfmt.
void InitLog(LogLevel level, LogFormat format);

using LogField = std::pair<std::string_view, std::string>;

// [Any thread]
void Log(LogLevel level, std::string_view message,
         std::initializer_list<LogField> fields = {});

// The line that Log() writes; `time` is RFC 3339.
std::string FormatLogLine(LogFormat format, std::string_view time,
                          std::string_view level, std::string_view message,
                          std::initializer_list<LogField> fields);

}  // namespace plumbline
