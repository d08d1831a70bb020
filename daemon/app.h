// The composition root: creates the parts, wires them, and stops them in order.

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "core/engine/pipeline.h"
#include "daemon/eventlog/event_log.h"
#include "daemon/flags/app_options.h"
#include "daemon/hash/id_hash.h"
#include "daemon/http/auth.h"
#include "daemon/http/ingest_handler.h"
#include "daemon/http/server.h"
#include "daemon/http/web_handler.h"
#include "daemon/ingest/counters.h"
#include "daemon/ingest/ingestor.h"
#include "daemon/ingest/rejections.h"
#include "daemon/memory/huge_pages.h"
#include "daemon/process/clock.h"
#include "daemon/process/phase.h"
#include "daemon/store/store.h"
#include "exporters/daemon_figures.h"

namespace plumbline {

class App {
 public:
  // nullptr, with the remedy in *error, if it cannot start.
  static std::unique_ptr<App> Start(const AppOptions& options,
                                    std::string* error);
  // Stops listening, answers running requests, and ends. False if answered
  // events are lost because the store is gone.
  bool Stop();
  ~App();

  // [Any thread] Loads the configuration again. Returns the error, if any; then
  // the former configuration stays in force.
  std::optional<std::string> Reload();

  // Advances the state's time when no events do. Call often.
  void TickIfDue();

  // True after a request to /-/quit.
  bool quit() const { return quit_.load(); }

 private:
  explicit App(const AppOptions& options);

  bool Open(std::string* error);
  bool Listen(std::string* error);
  bool Recover(std::string* error);
  std::optional<Config> Load(std::string* error) const;
  void SetLimits();
  std::optional<std::string> ReloadAll();
  std::optional<std::string> Apply(Config config);
  std::vector<ListenerFigures> Listeners() const;
  void WarnOfOpenListeners() const;
  void TellOfStore() const;
  void WatchClock();
  // REQUIRES: the configuration does not change meanwhile.
  void LogConflicts() const;
  void TendStorage();
  std::string StorageRefuses() const;
  DaemonFigures Figures() const;
  void LogFigures(int64_t now_ms,
                  const std::function<void(const std::string&)>& write) const;
  std::string StatusJsonText();
  std::optional<Steps> History(uint32_t owner, int64_t from_ms, int64_t to_ms);
  std::optional<std::string> WriteSnapshot();

  const AppOptions options_;
  Clock clock_;
  HugePages memory_;
  std::unique_ptr<Store> store_;  // null with durability memory
  std::unique_ptr<const IdHasher> hasher_;
  Pipeline pipeline_;
  std::atomic<Phase> phase_{Phase::kRecovering};
  std::atomic<bool> quit_{false};
  std::atomic<uint64_t> snapshots_{0};
  bool storage_refuses_ = false;  // as last logged
  bool clock_warned_ = false;     // as last logged
  IngestCounters http_counters_{"http"};
  Rejections rejections_{&pipeline_.state()};
  std::atomic<double> recovery_seconds_{0};
  std::atomic<double> scrape_seconds_{0};
  std::atomic<bool> reload_successful_{true};
  std::atomic<double> reload_success_seconds_{0};

  std::mutex reload_mutex_;  // one reload at a time
  std::mutex config_mutex_;
  Config config_;  // in force; guarded by config_mutex_

  EventLog event_log_;
  Ingestor ingestor_{{&pipeline_, &rejections_, &event_log_}};
  std::unique_ptr<Authenticator> ingest_authenticator_;
  std::unique_ptr<Authenticator> web_authenticator_;
  std::unique_ptr<IngestHandler> ingest_handler_;
  std::unique_ptr<WebHandler> web_handler_;
  std::unique_ptr<HttpServer> ingest_server_;
  std::unique_ptr<HttpServer> web_server_;
};

}  // namespace plumbline
