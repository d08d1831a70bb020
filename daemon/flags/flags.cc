#include "daemon/flags/flags.h"

#include <CLI/CLI.hpp>
#include <map>

#include "daemon/process/build_info.h"

namespace plumbline {

std::optional<Flags> ParseFlags(int argc, char** argv, int* exit_status) {
  Flags flags;
  CLI::App cli(
      "Joins the predictions of models with their labels as they arrive, and "
      "exposes accuracy, recall, F1 and more to Prometheus.",
      "plumbline");
  cli.set_version_flag(
      "--version", std::string("plumbline ") + PLUMBLINE_VERSION + " (" +
                       PLUMBLINE_REVISION + ", " + PLUMBLINE_COMPILER + ")");
  AppOptions& app = flags.app;
  cli.add_option("--config.file", app.config_file,
                 "Configuration (YAML); without it defaults are used");
  cli.add_option("--storage.path", app.storage_path,
                 "Where state is kept; unused with durability memory")
      ->capture_default_str();
  cli.add_option("--storage.checkpoint-bytes", app.checkpoint_bytes,
                 "How far the journal grows before the state is written down")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  cli.add_flag("--storage.accept-loss", app.accepts_loss,
               "Start although answered events are missing in the store");
  cli.add_option("--ingest.listen-address", app.ingest_addresses,
                 "Address for events; may be repeated")
      ->capture_default_str()
      ->allow_extra_args(false);
  cli.add_option("--web.listen-address", app.web_addresses,
                 "Address for metrics, status and API; may be repeated")
      ->capture_default_str()
      ->allow_extra_args(false);
  cli.add_option("--ingest.config.file", app.ingest_config_file,
                 "Users, tokens and TLS of the ingest listener "
                 "(basic_auth_users, bearer_tokens, tls_server_config)");
  cli.add_option("--web.config.file", app.web_config_file,
                 "Users, tokens and TLS of the web listener");
  cli.add_flag("--web.enable-lifecycle", app.enable_lifecycle,
               "Allow /-/reload and /-/quit");
  cli.add_flag("--web.enable-admin-api", app.enable_admin_api,
               "Allow deleting models and versions, and copying the store");
  cli.add_option("--web.external-url", app.external_url,
                 "The URL by which users reach the web listener, such as a "
                 "proxy's; requests to another Host are then refused")
      ->check([](const std::string& url) {
        const bool good =
            url.starts_with("http://") || url.starts_with("https://");
        return good ? "" : "must begin with http:// or https://";
      });
  cli.add_option("--web.trusted-proxies", app.trusted_proxies,
                 "Addresses or networks (10.0.0.0/8) of proxies in front of "
                 "either listener whose X-Forwarded-For is trusted; may be "
                 "repeated")
      ->delimiter(',')
      ->allow_extra_args(false);
  std::string level = "info";
  cli.add_option("--log.level", level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  std::string format = "logfmt";
  cli.add_option("--log.format", format, "logfmt or json")
      ->check(CLI::IsMember({"logfmt", "json"}))
      ->capture_default_str();
  try {
    // CLI11 would take the next flag for the value of "--flag=".
    for (int i = 1; i < argc; ++i) {
      const std::string_view argument = argv[i];
      if (argument.starts_with("--") && argument.ends_with("=")) {
        throw CLI::ValidationError(std::string(argument), "has no value");
      }
    }
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_status = cli.exit(error);
    if (*exit_status != 0) *exit_status = 2;
    return std::nullopt;
  }
  const std::map<std::string, LogLevel> levels = {{"debug", LogLevel::kDebug},
                                                  {"info", LogLevel::kInfo},
                                                  {"warn", LogLevel::kWarn},
                                                  {"error", LogLevel::kError}};
  flags.log_level = levels.at(level);
  flags.log_format = format == "json" ? LogFormat::kJson : LogFormat::kLogfmt;
  return flags;
}

}  // namespace plumbline
