// Figures and log messages about the daemon itself.

#include "daemon/app.h"

#include <algorithm>

#include "core/event/timestamp.h"
#include "daemon/http/sockets.h"
#include "daemon/log/log.h"
#include "daemon/process/build_info.h"
#include "daemon/process/process_figures.h"
#include "exporters/api/figure_lines.h"
#include "exporters/api/json.h"

namespace plumbline {

// Why the store refuses writes after recovery; empty if it does not.
std::string App::StorageRefuses() const {
  return store_ == nullptr || phase_.load() == Phase::kRecovering
             ? ""
             : store_->Refuses();
}

DaemonFigures App::Figures() const {
  DaemonFigures figures;
  figures.version = PLUMBLINE_VERSION;
  figures.revision = PLUMBLINE_REVISION;
  figures.compiler = PLUMBLINE_COMPILER;
  figures.ingest = {http_counters_.Read()};
  figures.rejections = rejections_.Read();
  figures.process = ReadProcessFigures();
  figures.event_log = event_log_.Figures();
  figures.listeners = Listeners();
  const Phase phase = phase_.load();
  if (store_ != nullptr) figures.storage = store_->faults().Read();
  figures.storage.refuses = StorageRefuses();
  figures.ready = phase == Phase::kReady && figures.storage.refuses.empty();
  figures.recovered = phase != Phase::kRecovering;
  // After recovery both listeners exist.
  if (figures.recovered) {
    figures.connections = ingest_server_->open();
    figures.join_memory_bytes =
        pipeline_.state().gauges().pair_bytes.load(std::memory_order_relaxed);
    if (store_ != nullptr) {
      const Checkpointer& checkpointer = store_->checkpointer();
      figures.storage_bytes = store_->bytes();
      if (store_->loss()) figures.lost_groups = store_->loss()->groups;
      figures.join_memory_bytes += static_cast<int64_t>(store_->memory_bytes());
      figures.checkpoint_seconds = checkpointer.duration();
      figures.checkpoint_pause_seconds = checkpointer.pause();
    }
  }
  figures.in_flight_bytes = ingest_handler_->in_flight();
  figures.clock_behind_seconds = static_cast<double>(clock_.BehindMs()) / 1000;
  figures.recovery_seconds = recovery_seconds_.load();
  figures.scrape_seconds = scrape_seconds_.load();
  figures.last_reload_successful = reload_successful_.load();
  figures.last_reload_success_seconds = reload_success_seconds_.load();
  return figures;
}

std::optional<Steps> App::History(uint32_t owner, int64_t from_ms,
                                  int64_t to_ms) {
  if (store_ != nullptr) {
    return store_->history().Read(&pipeline_, owner, from_ms, to_ms);
  }
  Steps steps;
  pipeline_.Exclusively([&](State* state) {
    if (const Version* version = state->owner(owner).version) {
      steps = version->history.steps();
    }
  });
  KeepBetween(from_ms, to_ms, &steps);
  return steps;
}

// The name of a snapshot is the time of its request.
std::optional<std::string> App::WriteSnapshot() {
  if (store_ == nullptr) return "";
  std::string name = FormatTimestamp(clock_.NowMs());
  std::erase_if(name, [](char c) { return c == ':' || c == '-'; });
  // Distinguishes requests at the same time.
  name += "-" + std::to_string(snapshots_.fetch_add(1) + 1);
  size_t kept = 0;
  {
    const std::lock_guard lock(config_mutex_);
    kept = static_cast<size_t>(config_.snapshots);
  }
  return store_->WriteSnapshot(name, kept);
}

std::string App::StatusJsonText() {
  Config config;
  {
    const std::lock_guard lock(config_mutex_);
    config = config_;
  }
  return StatusJson(pipeline_.state(), config, Figures(), clock_.NowMs());
}

void App::LogFigures(
    int64_t now_ms,
    const std::function<void(const std::string&)>& write) const {
  VisitModels(pipeline_.state(), now_ms,
              [&, now_ms](const ModelSnapshot& model) {
                std::string lines;
                AppendLoggedFigures(model, now_ms, &lines);
                if (!lines.empty()) write(lines);
              });
}

std::vector<ListenerFigures> App::Listeners() const {
  const auto figures = [](const char* name,
                          const std::vector<std::string>& addresses,
                          const Authenticator& users) {
    const bool certified = users.tls() && users.tls()->client_certificate ==
                                              ClientCertificate::kRequired;
    const bool elsewhere =
        !std::all_of(addresses.begin(), addresses.end(), IsLoopback);
    return ListenerFigures{name, addresses,
                           elsewhere && users.lets_all_in() && !certified};
  };
  return {figures("ingest", options_.ingest_addresses, *ingest_authenticator_),
          figures("web", options_.web_addresses, *web_authenticator_)};
}

void App::WarnOfOpenListeners() const {
  for (const ListenerFigures& listener : Listeners()) {
    if (!listener.open) continue;
    Log(LogLevel::kWarn,
        "other machines can reach the listener without credentials: listen on "
        "127.0.0.1, or give it users or tokens with --" +
            listener.name + ".config.file",
        {{"listener", listener.name}});
  }
}

void App::TellOfStore() const {
  if (store_ == nullptr) {
    Log(LogLevel::kWarn,
        "durability is memory: counts and ids are lost when the process ends");
    return;
  }
  if (store_->is_new()) {
    Log(LogLevel::kInfo, "there was no store: a new one was created",
        {{"path", options_.storage_path}});
  }
  if (options_.accepts_loss && !store_->loss()) {
    Log(LogLevel::kWarn,
        "--storage.accept-loss is set, but nothing is lost: remove it, or the "
        "next loss is accepted, too");
  }
}

}  // namespace plumbline
