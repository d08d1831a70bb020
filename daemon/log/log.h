// The daemon's log on standard error: one line per entry, as logfmt or JSON.
// Nothing is logged per event at level info or above.

#pragma once

#include <initializer_list>
#include <string_view>

#include "daemon/log/log_line.h"

namespace plumbline {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// Call once, before other threads log. Until then entries of kInfo and above
// are written as logfmt.
void InitLog(LogLevel level, LogFormat format);

// [Any thread]
void Log(LogLevel level, std::string_view message,
         std::initializer_list<LogField> fields = {});

}  // namespace plumbline
