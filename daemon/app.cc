#include "daemon/app.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "config/loader.h"
#include "core/event/timestamp.h"
#include "core/snapshot/conflicts.h"
#include "daemon/http/sockets.h"
#include "daemon/log/log.h"
#include "daemon/process/build_info.h"
#include "daemon/process/process_figures.h"
#include "exporters/api/figure_lines.h"
#include "exporters/api/json.h"

namespace plumbline {
namespace {

constexpr int64_t kWebConnections = 256;
constexpr auto kStopGrace = std::chrono::seconds(10);
constexpr auto kRecoveryReports = std::chrono::seconds(5);

// The addresses, with the ports that the system chose for port 0.
std::string Ports(const std::vector<std::string>& addresses,
                  const std::vector<uint16_t>& ports) {
  std::string text;
  for (size_t i = 0; i < addresses.size(); ++i) {
    if (i > 0) text += ",";
    const bool chosen = addresses[i].ends_with(":0") && i < ports.size();
    text += chosen ? addresses[i].substr(0, addresses[i].size() - 1) +
                         std::to_string(ports[i])
                   : addresses[i];
  }
  return text;
}

StoreOptions StoreOptionsFor(const AppOptions& options, const Config& config) {
  return {
      .path = options.storage_path,
      .memory_bytes = config.memory_bytes,
      .remembered_bytes = config.engine.remembered_bytes,
      .durability = config.durability == "power" ? Durability::kPower
                                                 : Durability::kProcess,
      .retention_ms = config.retention_ms,
      .checkpoint_bytes = options.checkpoint_bytes,
      .accepts_loss = options.accepts_loss,
      .waits =
          [](const std::string& error) {
            Log(LogLevel::kError,
                "the disk is full: waiting for space to start",
                {{"error", error}});
          },
      .gives_up = options.gives_up,
      .goes_on =
          [gives_up = options.gives_up,
           told = std::chrono::steady_clock::now()](uint64_t sequence) mutable {
            const auto now = std::chrono::steady_clock::now();
            if (now - told >= kRecoveryReports) {
              told = now;
              Log(LogLevel::kInfo, "recovering",
                  {{"record", std::to_string(sequence)}});
            }
            return !gives_up();
          }};
}

}  // namespace

App::App(const AppOptions& options)
    : options_(options),
      pipeline_(nullptr, &memory_),
      event_log_([this] { return clock_.NowMs(); },
                 [this](int64_t now_ms, const auto& write) {
                   LogFigures(now_ms, write);
                 }) {}

App::~App() { Stop(); }

std::unique_ptr<App> App::Start(const AppOptions& options, std::string* error) {
  const auto begin = std::chrono::steady_clock::now();
  std::unique_ptr<App> app(new App(options));
  if (!app->Open(error) || !app->Listen(error) || !app->Recover(error)) {
    return nullptr;
  }
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  app->recovery_seconds_.store(took.count());
  app->phase_.store(Phase::kReady);
  Log(LogLevel::kInfo, app->StorageRefuses().empty() ? "ready" : "recovered",
      {{"recovered_in_seconds", std::to_string(took.count())},
       {"ingest",
        Ports(options.ingest_addresses, app->ingest_server_->ports())},
       {"web", Ports(options.web_addresses, app->web_server_->ports())},
       {"durability", app->config_.durability},
       {"version", PLUMBLINE_VERSION}});
  app->WarnOfOpenListeners();
  app->TellOfStore();
  app->WatchClock();
  return app;
}

void App::TellOfStore() const {
  if (store_ == nullptr) {
    Log(LogLevel::kWarn,
        "durability is memory: counts and ids are lost when the process ends");
    return;
  }
  if (store_->is_new()) {
    Log(LogLevel::kInfo, "there was no store: a new one was made",
        {{"path", options_.storage_path}});
  }
  if (options_.accepts_loss && !store_->loss()) {
    Log(LogLevel::kWarn,
        "--storage.accept-loss is given, and nothing is lost: leave it out, or "
        "the next loss is accepted, too");
  }
}

// What needs no socket and little time.
bool App::Open(std::string* error) {
  auto config = Load(error);
  if (!config) return false;
  config_ = *std::move(config);
  if (config_.durability == "memory") {
    hasher_ = std::make_unique<const IdHasher>(IdHasher::Random());
  } else {
    store_ = Store::Open(StoreOptionsFor(options_, config_), &memory_, error);
    if (store_ == nullptr) return false;
    hasher_ = std::make_unique<const IdHasher>(store_->secret());
  }
  ingest_authenticator_ =
      Authenticator::Load(options_.ingest_config_file, error);
  if (ingest_authenticator_ == nullptr) return false;
  web_authenticator_ = Authenticator::Load(options_.web_config_file, error);
  return web_authenticator_ != nullptr;
}

bool App::Listen(std::string* error) {
  ingest_handler_ = std::make_unique<IngestHandler>(IngestHandler::Parts{
      &ingestor_, &clock_, hasher_.get(), ingest_authenticator_.get(), &phase_,
      &http_counters_, &rejections_});
  SetLimits();
  web_handler_ = std::make_unique<WebHandler>(
      WebHandler::Options{options_.enable_lifecycle, options_.enable_admin_api,
                          options_.external_url},
      &pipeline_, &clock_, web_authenticator_.get(), &phase_,
      WebHandler::Daemon{
          .figures = [this] { return Figures(); },
          .status_json = [this] { return StatusJsonText(); },
          .storage_refuses = [this] { return StorageRefuses(); },
          .reload = [this] { return Reload(); },
          .quit = [this] { quit_.store(true); },
          .scraped = [this](double s) { scrape_seconds_.store(s); },
          .history =
              [this](uint32_t owner, int64_t from_ms, int64_t to_ms) {
                return History(owner, from_ms, to_ms);
              },
          .find_id =
              [this](const std::string& model, const std::string& id,
                     KnownId* known) {
                const IdHash hash = (*hasher_)(id);
                return FindId(&pipeline_,
                              store_ == nullptr ? nullptr : store_->pairs(),
                              {model, hash.hi, hash.lo}, known);
              },
          .snapshot = [this] { return WriteSnapshot(); }});

  web_server_ = HttpServer::Start(
      {.addresses = options_.web_addresses,
       .connections = kWebConnections,
       .tls = web_authenticator_->tls(),
       .trusted_proxies = options_.trusted_proxies},
      [this](HttpRequest& request) { return web_handler_->Handle(request); },
      error);
  if (web_server_ == nullptr) return false;
  ingest_server_ = HttpServer::Start(
      {.addresses = options_.ingest_addresses,
       .connections = config_.connections,
       .tls = ingest_authenticator_->tls(),
       .trusted_proxies = options_.trusted_proxies,
       .on_refused =
           [this](const Refusal& refusal, double seconds) {
             ingest_handler_->NoteRefused(refusal, seconds);
           }},
      [this](HttpRequest& request) { return ingest_handler_->Handle(request); },
      error);
  return ingest_server_ != nullptr;
}

// While it runs, the listeners say that the daemon is recovering.
bool App::Recover(std::string* error) {
  if (store_ != nullptr) {
    if (!store_->Recover(&pipeline_, error)) return false;
    // Time never runs back, not even over a restart.
    clock_.Advance(pipeline_.state().gauges().now_ms.load());
  } else {
    pipeline_.Exclusively(
        [this](State* state) { state->LimitHistory(config_.retention_ms); });
  }
  // What is in force already needs no record: a full disk takes none.
  const bool same = EncodeSettings(pipeline_.state().settings()) ==
                    EncodeSettings(config_.engine);
  if (!same || pipeline_.state().LacksNamedModels()) {
    const auto wrong = Apply(config_);
    if (wrong && !same) {
      *error = *wrong;
      return false;
    }
  }
  LogConflicts();
  *error = EventLog::Check(config_.event_log);
  if (!error->empty()) return false;
  event_log_.Configure(config_.event_log);
  reload_success_seconds_.store(static_cast<double>(clock_.NowMs()) / 1000);
  return true;
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

bool App::Stop() {
  bool kept = true;
  Phase ready = Phase::kReady;
  phase_.compare_exchange_strong(ready, Phase::kStopping);
  // Ingest first: what it has answered is still seen by a last scrape.
  if (ingest_server_ != nullptr) ingest_server_->Stop(kStopGrace);
  rejections_.WriteAll();
  pipeline_.Stop();
  if (store_ != nullptr && !store_->Close()) {
    kept = !store_->is_gone();
    Log(kept ? LogLevel::kWarn : LogLevel::kError,
        kept ? "the last checkpoint could not be written; the journal has all"
             : "the store is not at its path: what was answered is lost",
        {{"path", options_.storage_path}});
  }
  if (store_ != nullptr) store_->faults().WriteAll();
  if (web_server_ != nullptr) web_server_->Stop(kStopGrace);
  return kept;
}

void App::SetLimits() {
  ingestor_.SetLimits(config_);
  ingest_handler_->SetLimits(config_);
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

// All is read and checked before anything is in force.
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
        "the listener can be reached from elsewhere without a password: listen "
        "on 127.0.0.1, or give it users or tokens with --" +
            listener.name + ".config.file",
        {{"listener", listener.name}});
  }
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

// Time stands still until the clock has caught up.
void App::WatchClock() {
  constexpr int64_t kDayMs = 86'400'000;
  const int64_t behind_ms = clock_.BehindMs();
  if (behind_ms <= kDayMs) {
    clock_warned_ = false;
    return;
  }
  if (std::exchange(clock_warned_, true)) return;
  Log(LogLevel::kWarn,
      "the system's clock is more than a day behind the time that was used "
      "last: windows and horizons stand still until it has caught up; set the "
      "clock, or, where that time was wrong, stop and run plumbtool set-clock",
      {{"behind_seconds", std::to_string(behind_ms / 1000)},
       {"last_used", FormatTimestamp(clock_.NowMs())},
       {"path", options_.storage_path}});
}

void App::TickIfDue() {
  WatchClock();
  const int64_t now_ms = clock_.NowMs();
  rejections_.WriteDue(now_ms);
  TendStorage();
  if (now_ms < pipeline_.state().gauges().next_deadline_ms.load(
                   std::memory_order_relaxed)) {
    return;
  }
  Outcome outcome;
  pipeline_.Commit(Command{Tick{}}, now_ms, &outcome);
}

void App::TendStorage() {
  if (store_ == nullptr) return;
  store_->faults().WriteDue();
  store_->ProbeIfDue(std::chrono::steady_clock::now());
  const std::string refuses = store_->Refuses();
  if (refuses.empty() != storage_refuses_) return;
  storage_refuses_ = !refuses.empty();
  if (storage_refuses_) {
    Log(LogLevel::kError,
        "nothing can be stored: not ready, and ingest answers 503, until it "
        "can",
        {{"why", refuses}});
  } else {
    Log(LogLevel::kInfo, "events can be stored again: ready");
  }
}

// Why the daemon is not ready though it has recovered; empty if it is.
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
  // Then both listeners are there.
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

// Named after the time at which it was asked for.
std::optional<std::string> App::WriteSnapshot() {
  if (store_ == nullptr) return "";
  std::string name = FormatTimestamp(clock_.NowMs());
  std::erase_if(name, [](char c) { return c == ':' || c == '-'; });
  // Two may come at the same time.
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

}  // namespace plumbline
