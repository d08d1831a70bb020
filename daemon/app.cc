// The parts of the daemon, its start and its stop.

#include "daemon/app.h"

#include <chrono>
#include <utility>

#include "daemon/log/log.h"
#include "daemon/process/build_info.h"

namespace plumbline {
namespace {

constexpr int64_t kWebConnections = 256;
constexpr auto kStopGrace = std::chrono::seconds(10);
constexpr auto kRecoveryReports = std::chrono::seconds(5);

// The addresses, with the chosen port in place of port 0.
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

// The quick part of the start, without sockets.
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

// Meanwhile the listeners answer that the daemon is recovering.
bool App::Recover(std::string* error) {
  if (store_ != nullptr) {
    if (!store_->Recover(&pipeline_, error)) return false;
    // Time never runs backwards, not even across a restart.
    clock_.Advance(pipeline_.state().gauges().now_ms.load());
  } else {
    pipeline_.Exclusively(
        [this](State* state) { state->LimitHistory(config_.retention_ms); });
  }
  // Unchanged settings need no record, so a start on a full disk succeeds.
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

bool App::Stop() {
  bool kept = true;
  Phase ready = Phase::kReady;
  phase_.compare_exchange_strong(ready, Phase::kStopping);
  // Ingest stops first: a last scrape can still see all that it answered.
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

}  // namespace plumbline
