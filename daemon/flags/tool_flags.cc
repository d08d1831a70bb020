#include "daemon/flags/tool_flags.h"

#include <CLI/CLI.hpp>

#include "config/units.h"
#include "daemon/build_info.h"

namespace plumbline {
namespace {

// "max", or a whole number of at least 1.
std::string CheckSpeed(const std::string& text) {
  if (text == "max") return "";
  const bool digits = !text.empty() && text.size() < 10 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && std::stoll(text) > 0) return "";
  return "must be a number of events per second, or max";
}

std::string CheckStep(const std::string& text) {
  const auto step = ParseDuration(text);
  if (step && *step > 0) return "";
  return "must be a duration such as 1m, 1h or 1d";
}

}  // namespace

std::optional<ToolFlags> ParseToolFlags(int argc, char** argv,
                                        int* exit_status) {
  CLI::App cli("Tools for plumbline.", "plumbtool");
  cli.set_version_flag("--version", std::string("plumbtool ") +
                                        PLUMBLINE_VERSION + " (" +
                                        PLUMBLINE_REVISION + ")");
  cli.require_subcommand(1);

  CheckConfigFlags check;
  CLI::App* check_command =
      cli.add_subcommand("check-config", "Checks a configuration file");
  check_command->add_option("file", check.file, "The file")->required();

  CheckStorageFlags storage;
  CLI::App* storage_command = cli.add_subcommand(
      "check-storage", "Checks the store of a daemon that is stopped");
  storage_command->add_option("path", storage.path, "Its --storage.path")
      ->required();

  ReplayFlags replay;
  std::string speed = "max";
  CLI::App* replay_command = cli.add_subcommand(
      "replay",
      "Posts recorded events (NDJSON, plain or gzip), all files merged by "
      "timestamp");
  replay_command->add_option("files", replay.files, "The files")
      ->required()
      ->check(CLI::ExistingFile);
  replay_command
      ->add_option("--to", replay.url,
                   "The ingest listener, such as http://127.0.0.1:9350")
      ->required();
  replay_command->add_option("--speed", speed, "Events per second, or max")
      ->capture_default_str()
      ->check(CheckSpeed);
  replay_command->add_flag("--rebase", replay.rebase,
                           "Give each event the time it is sent as timestamp");

  QueryFlags query;
  CLI::App* query_command =
      cli.add_subcommand("query", "Shows the figures of a model");
  query_command->add_option("model", query.model, "The model")->required();
  query_command->add_option("--from", query.url, "The web listener")
      ->capture_default_str();
  query_command->add_option("--model-version", query.version,
                            "Only this version");
  query_command->add_option("--window", query.window, "Only this window");
  query_command->add_flag("--json", query.json, "The answer as it is");

  RulesFlags rules;
  CLI::App* rules_command = cli.add_subcommand(
      "rules",
      "Prints alert and recording rules for Prometheus, from the objectives of "
      "a configuration");
  rules_command->add_option("--config.file", rules.config, "The file")
      ->required();
  rules_command->add_option(
      "--runbook-url", rules.runbook,
      "What an alert's name is appended to for its runbook_url");

  SimulateFlags simulate;
  std::string step = "1m";
  CLI::App* simulate_command =
      cli.add_subcommand("simulate",
                         "Prints what the windows would have said of recorded "
                         "events, at each step "
                         "of their own time");
  simulate_command->add_option("files", simulate.files, "The files")
      ->required()
      ->check(CLI::ExistingFile);
  simulate_command->add_option("--config.file", simulate.config,
                               "The configuration to try");
  simulate_command->add_option("--step", step, "How often, such as 1m or 1d")
      ->capture_default_str()
      ->check(CheckStep);
  simulate_command->add_option("--model", simulate.model, "Only this model");
  simulate_command->add_option("--window", simulate.window, "Only this window");

  BackfillFlags backfill;
  CLI::App* backfill_command = cli.add_subcommand(
      "backfill",
      "Brings recorded events into the store of a daemon that is stopped, by "
      "their own time");
  backfill_command->add_option("files", backfill.files, "The files")
      ->required()
      ->check(CLI::ExistingFile);
  backfill_command->add_option("--config.file", backfill.config,
                               "The daemon's configuration");
  backfill_command
      ->add_option("--storage.path", backfill.storage,
                   "The daemon's --storage.path")
      ->required();

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_status = cli.exit(error);
    if (*exit_status != 0) *exit_status = 2;
    return std::nullopt;
  }
  if (*check_command) return check;
  if (*storage_command) return storage;
  if (*query_command) return query;
  if (*rules_command) return rules;
  if (*backfill_command) return backfill;
  if (*simulate_command) {
    simulate.step_ms = *ParseDuration(step);
    return simulate;
  }
  if (speed != "max") replay.events_per_second = std::stoll(speed);
  return replay;
}

}  // namespace plumbline
