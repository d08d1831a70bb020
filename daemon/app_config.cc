// Loads, applies and reloads the configuration.

#include "daemon/app.h"

#include <utility>

#include "config/loader.h"
#include "core/snapshot/conflicts.h"
#include "daemon/log/log.h"

namespace plumbline {

void App::SetLimits() {
  ingestor_.SetLimits(config_);
  ingest_handler_->SetLimits(config_);
}

std::optional<Config> App::Load(std::string* error) const {
  if (options_.config_file.empty()) return Config();
  std::vector<ConfigProblem> problems;
  auto config = LoadConfigFile(options_.config_file, &problems);
  if (!config) *error = Describe(options_.config_file, problems);
  return config;
}

std::optional<std::string> App::Apply(Config config) {
  if (phase_.load() != Phase::kRecovering) {
    std::string changed;
    for (const auto& [same, name] :
         {std::pair(config.slots_per_window == config_.slots_per_window,
                    "slots_per_window"),
          std::pair(config.durability == config_.durability, "storage")}) {
      if (!same) changed += (changed.empty() ? "" : ", ") + std::string(name);
    }
    if (!changed.empty()) return changed + ": needs a restart to change";
    const std::string wrong = EventLog::Check(config.event_log);
    if (!wrong.empty()) return wrong;
  }
  Outcome outcome;
  const Command command{config.engine};
  if (pipeline_.Commit(command, clock_.NowMs(), &outcome) !=
      Pipeline::Status::kApplied) {
    const std::string why = store_ == nullptr ? "" : store_->Refuses();
    return "the configuration could not be recorded" +
           (why.empty() ? "" : ": " + why);
  }
  if (!outcome.done) {
    return "its windows would need more than limits.window_bytes";
  }
  if (phase_.load() != Phase::kRecovering) {
    event_log_.Configure(config.event_log);
  }
  if (store_ != nullptr) {
    store_->history().SetRetention(config.retention_ms);
  } else {
    pipeline_.Exclusively(
        [&config](State* state) { state->LimitHistory(config.retention_ms); });
  }
  const std::lock_guard lock(config_mutex_);
  if (phase_.load() != Phase::kRecovering &&
      config.connections != config_.connections) {
    Log(LogLevel::kWarn, "limits.connections changes with the next start");
    config.connections = config_.connections;
  }
  if (phase_.load() != Phase::kRecovering && store_ != nullptr &&
      config.memory_bytes != config_.memory_bytes) {
    Log(LogLevel::kWarn, "join.memory_bytes changes with the next start");
    config.memory_bytes = config_.memory_bytes;
  }
  config_ = std::move(config);
  reload_success_seconds_.store(static_cast<double>(clock_.NowMs()) / 1000);
  return std::nullopt;
}

std::optional<std::string> App::Reload() {
  const std::lock_guard lock(reload_mutex_);
  std::string error;
  const auto wrong = ReloadAll();
  reload_successful_.store(!wrong);
  if (wrong) {
    Log(LogLevel::kError, "the configuration was not reloaded",
        {{"error", *wrong}});
  } else {
    SetLimits();
    Log(LogLevel::kInfo, "the configuration was reloaded");
    LogConflicts();
  }
  return wrong;
}

// Reads and checks everything before anything takes effect.
std::optional<std::string> App::ReloadAll() {
  std::string error;
  auto config = Load(&error);
  if (!config) return error;
  auto ingest_users = ingest_authenticator_->Read(&error);
  if (!ingest_users) return error;
  auto web_users = web_authenticator_->Read(&error);
  if (!web_users) return error;
  if (auto wrong = Apply(*std::move(config))) return wrong;
  ingest_authenticator_->Use(*std::move(ingest_users));
  web_authenticator_->Use(*std::move(web_users));
  return std::nullopt;
}

void App::LogConflicts() const {
  for (const Conflict& conflict :
       ConflictsOf(pipeline_.state(), config_.engine)) {
    Log(LogLevel::kWarn, "the configuration and a model contradict each other",
        {{"model", conflict.model},
         {"field", conflict.field},
         {"conflict", conflict.message}});
  }
}

}  // namespace plumbline
