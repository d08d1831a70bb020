#include "daemon/log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <memory>

#include "core/event/timestamp.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info",
                                                         "warn", "error"};

struct State {
  // Lines are formatted here, whole, so that nothing can be injected through a
  // pattern.
  std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>(
        "plumbline", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  LogFormat format = LogFormat::kLogfmt;
};

State& TheState() {
  static State state;
  return state;
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  constexpr std::array<spdlog::level::level_enum, 4> kLevels = {
      spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
      spdlog::level::err};
  return kLevels[static_cast<size_t>(level)];
}

bool NeedsQuotes(std::string_view value) {
  if (value.empty()) return true;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7f || c == '"' || c == '=' || c == '\\') {
      return true;
    }
  }
  return false;
}

void AppendField(LogFormat format, std::string_view key, std::string_view value,
                 std::string* line) {
  if (format == LogFormat::kJson) {
    *line += line->empty() ? "{" : ",";
    AppendJsonString(key, line);
    *line += ':';
    AppendJsonString(value, line);
    return;
  }
  if (!line->empty()) *line += ' ';
  *line += key;
  *line += '=';
  if (NeedsQuotes(value)) {
    AppendJsonString(value, line);
  } else {
    *line += value;
  }
}

}  // namespace

void InitLog(LogLevel level, LogFormat format) {
  TheState().format = format;
  TheState().logger->set_level(SpdlogLevel(level));
}

void Log(LogLevel level, std::string_view message,
         std::initializer_list<LogField> fields) {
  State& state = TheState();
  const auto as = SpdlogLevel(level);
  if (!state.logger->should_log(as)) return;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  // Not the format overload: the line is text, not a pattern.
  state.logger->log(
      as, spdlog::string_view_t(FormatLogLine(
              state.format, FormatTimestamp(now.count()),
              kLevelNames[static_cast<size_t>(level)], message, fields)));
}

std::string FormatLogLine(LogFormat format, std::string_view time,
                          std::string_view level, std::string_view message,
                          std::initializer_list<LogField> fields) {
  std::string line;
  AppendField(format, format == LogFormat::kJson ? "time" : "ts", time, &line);
  AppendField(format, "level", level, &line);
  AppendField(format, "msg", message, &line);
  for (const auto& [key, value] : fields) {
    AppendField(format, key, value, &line);
  }
  if (format == LogFormat::kJson) line += '}';
  return line;
}

}  // namespace plumbline
