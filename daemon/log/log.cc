#include "daemon/log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

namespace plumbline {
namespace {

// The time in UTC, then the formatted line.
constexpr char kLogfmtPattern[] = "ts=%Y-%m-%dT%H:%M:%S.%eZ %v";
constexpr char kJsonPattern[] = "{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",%v}";

struct Level {
  spdlog::level::level_enum value;
  std::string_view name;
};

const Level& LevelOf(LogLevel level) {
  static constexpr std::array<Level, 4> kLevels = {
      {{spdlog::level::debug, "debug"},
       {spdlog::level::info, "info"},
       {spdlog::level::warn, "warn"},
       {spdlog::level::err, "error"}}};
  return kLevels[static_cast<size_t>(level)];
}

struct State {
  LogFormat format = LogFormat::kLogfmt;
  spdlog::logger logger{"plumbline",
                        std::make_shared<spdlog::sinks::stderr_sink_mt>()};

  State() { Use(LogFormat::kLogfmt); }
  void Use(LogFormat used) {
    format = used;
    logger.set_pattern(used == LogFormat::kJson ? kJsonPattern : kLogfmtPattern,
                       spdlog::pattern_time_type::utc);
  }
};

State& TheState() {
  static State state;
  return state;
}

}  // namespace

void InitLog(LogLevel level, LogFormat format) {
  TheState().Use(format);
  TheState().logger.set_level(LevelOf(level).value);
}

void Log(LogLevel level, std::string_view message,
         std::initializer_list<LogField> fields) {
  State& state = TheState();
  const auto& [value, name] = LevelOf(level);
  if (!state.logger.should_log(value)) return;
  // Not the format overload: the line is text, not a pattern.
  state.logger.log(value, spdlog::string_view_t(FormatLogLine(
                              state.format, name, message, fields)));
}

}  // namespace plumbline
