#include "daemon/flags/tool_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "config/units.h"
#include "core/event/timestamp.h"
#include "daemon/process/build_info.h"

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

// A time in the API's formats.
std::optional<int64_t> TimeMs(const std::string& text) {
  if (const auto us = ParseTimestamp(text)) return *us / 1000;
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  constexpr double kLatest = 253'402'300'800;  // the year 10000
  if (text.empty() || *end != '\0' || !(seconds >= 0 && seconds < kLatest)) {
    return std::nullopt;
  }
  return static_cast<int64_t>(seconds * 1000);
}

std::string CheckTime(const std::string& text) {
  return TimeMs(text) ? ""
                      : "must be an RFC 3339 time such as "
                        "2026-11-24T03:00:00Z, or Unix seconds";
}

// "actual=UP,predicted=DOWN", or one of them.
bool ReadOutcome(std::string_view text, LogFlags* flags) {
  constexpr std::string_view kActual = "actual=";
  constexpr std::string_view kPredicted = "predicted=";
  while (!text.empty()) {
    const bool actual = text.starts_with(kActual);
    if (!actual && !text.starts_with(kPredicted)) return false;
    text.remove_prefix(actual ? kActual.size() : kPredicted.size());
    const std::string next = "," + std::string(actual ? kPredicted : kActual);
    const size_t end = std::min(text.find(next), text.size());
    (actual ? flags->actual : flags->predicted) = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return flags->actual || flags->predicted;
}

std::string CheckOutcome(const std::string& text) {
  LogFlags flags;
  return ReadOutcome(text, &flags)
             ? ""
             : "must be actual=CLASS,predicted=CLASS, or one of them";
}

// Tokens come from files: all users of the machine can see a command line.
void AddTokenFile(CLI::App* command, std::string* file) {
  command
      ->add_option("--token-file", *file,
                   "A file with the bearer token to send; default: the "
                   "environment variable PLUMBLINE_TOKEN")
      ->check(CLI::ExistingFile);
}

// The URL of the daemon's web listener.
void AddUrl(CLI::App* command, std::string* url, std::string* token_file) {
  AddTokenFile(command, token_file);
  command->add_option("--url", *url, "The daemon's web listener")
      ->capture_default_str();
  // The former name of --url.
  command->add_option("--from", *url, "")->group("");
}

// The URLs of several daemons.
void AddUrls(CLI::App* command, std::vector<std::string>* urls,
             std::string* token_file) {
  AddTokenFile(command, token_file);
  command
      ->add_option("--url", *urls,
                   "The daemon's web listener. Repeat it to sum several "
                   "daemons that share the events of a model")
      ->capture_default_str()
      ->allow_extra_args(false);
  // The former name of --url.
  command->add_option("--from", *urls, "")->allow_extra_args(false)->group("");
}

std::string CheckEventFile(const std::string& path) {
  return path == "-" ? "" : CLI::ExistingFile(path);
}

void AddEventFiles(CLI::App* command, EventFilesFlags* flags) {
  command
      ->add_option("files", flags->files,
                   "The files: NDJSON, JSON arrays or CSV with a header, plain "
                   "or gzip; - is the standard input")
      ->required()
      ->check(CheckEventFile);
  command
      ->add_option("--map", flags->map,
                   "Maps columns of CSV to fields, as FIELD=COLUMN,...; other "
                   "columns are matched by name")
      ->allow_extra_args(false);
  command
      ->add_option("--constant", flags->constants,
                   "Sets fields to the same value in all rows of CSV, as "
                   "FIELD=VALUE,...")
      ->allow_extra_args(false);
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
  check_command->add_option(
      "--url", check.url,
      "The web listener of a daemon: also lists conflicts between its models "
      "and the file");
  AddTokenFile(check_command, &check.token_file);

  CheckStorageFlags storage;
  CLI::App* storage_command = cli.add_subcommand(
      "check-storage", "Checks the store of a stopped daemon");
  storage_command->add_option("path", storage.path, "Its --storage.path")
      ->required();
  storage_command->add_flag(
      "--drop-damaged", storage.drop_damaged,
      "Drops the unreadable parts of damaged tables of the database: their "
      "ids are forgotten, and may count twice. Rewrites the rest, and keeps "
      "the damaged files beside it");

  SetClockFlags clock;
  CLI::App* clock_command = cli.add_subcommand(
      "set-clock",
      "Sets the time of a stopped daemon's store back to now, after its clock "
      "was ahead");
  clock_command->add_option("path", clock.path, "Its --storage.path")
      ->required();

  ReplayFlags replay;
  std::string speed = "max";
  CLI::App* replay_command = cli.add_subcommand(
      "replay",
      "Posts recorded events of all files in the order of their timestamps");
  AddEventFiles(replay_command, &replay.events);
  replay_command
      ->add_option("--to", replay.url,
                   "The ingest listener, such as http://127.0.0.1:9350")
      ->required();
  AddTokenFile(replay_command, &replay.token_file);
  replay_command->add_option("--speed", speed, "Events per second, or max")
      ->capture_default_str()
      ->check(CheckSpeed);
  replay_command->add_flag("--rebase", replay.rebase,
                           "Replace timestamps by the time of sending");

  QueryFlags query;
  CLI::App* query_command = cli.add_subcommand(
      "query",
      "Lists the models of a daemon, or shows one: figures with bounds, "
      "objectives, the matrix, anomalies and changes");
  query_command->add_option("model", query.model,
                            "The model; default: list all models");
  AddUrls(query_command, &query.urls, &query.token_file);
  query_command->add_option("--version,--model-version", query.version,
                            "Only this version");
  query_command->add_option("--window", query.window,
                            "Only this window, such as 1h (or 60m)");
  query_command->add_flag("--all", query.all,
                          "Every figure of every window and slice");
  query_command->add_flag("--json", query.json, "The answer as it is");

  FindFlags find;
  CLI::App* find_command = cli.add_subcommand(
      "find",
      "Shows the state of one id, whether its label has joined, and what "
      "happens to it next");
  find_command->add_option("model", find.model, "The model")->required();
  find_command->add_option("id", find.id, "The id, as in events")->required();
  AddUrl(find_command, &find.url, &find.token_file);
  find_command->add_flag("--json", find.json, "The answer as it is");

  DeleteFlags forget;
  CLI::App* delete_command = cli.add_subcommand(
      "delete",
      "Deletes a model, or one version of it, with all its stored data (needs "
      "the daemon's --web.enable-admin-api)");
  delete_command->add_option("model", forget.model, "The model")->required();
  delete_command->add_option("--version", forget.version, "Only this version");
  AddUrl(delete_command, &forget.url, &forget.token_file);

  RulesFlags rules;
  CLI::App* rules_command = cli.add_subcommand(
      "rules",
      "Prints alert and recording rules for Prometheus, from the objectives of "
      "a configuration");
  rules_command->add_option("--config.file", rules.config, "The file")
      ->required();
  rules_command->add_option(
      "--runbook-url", rules.runbook,
      "URL to which the alert's name is appended for its runbook_url");

  SimulateFlags simulate;
  std::string step = "1m";
  CLI::App* simulate_command = cli.add_subcommand(
      "simulate",
      "Prints the figures of windows over recorded events, at "
      "each step of the events' own time");
  AddEventFiles(simulate_command, &simulate.events);
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
      "Adds recorded events to the store of a stopped daemon, at their own "
      "times");
  AddEventFiles(backfill_command, &backfill.events);
  backfill_command->add_option("--config.file", backfill.config,
                               "The daemon's configuration");
  backfill_command
      ->add_option("--storage.path", backfill.storage,
                   "The daemon's --storage.path")
      ->required();
  backfill_command->add_flag("--skip-rejected", backfill.skip_rejected,
                             "Add the rest if some are rejected; by default "
                             "nothing is then written");

  LogFlags log;
  std::string from;
  std::string to;
  std::string outcome;
  std::string format = "ndjson";
  CLI::App* log_command =
      cli.add_subcommand("log", "Reads the event log of a daemon");
  log_command
      ->add_option("path", log.path, "The event_log.path, or one of its files")
      ->required()
      ->check(CLI::ExistingPath);
  log_command->add_option("--model", log.model, "Only this model");
  log_command->add_option("--version", log.version, "Only this version");
  log_command->add_option("--from", from, "Only from this time on")
      ->check(CheckTime);
  log_command->add_option("--to", to, "Only up to this time")->check(CheckTime);
  log_command
      ->add_option("--outcome", outcome,
                   "Only pairs such as actual=UP,predicted=DOWN")
      ->check(CheckOutcome);
  log_command->add_flag("--joined", log.joined,
                        "One row per pair, with its inputs");
  log_command->add_option("--format", format, "ndjson or csv")
      ->capture_default_str()
      ->check(CLI::IsMember({"ndjson", "csv"}));

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_status = cli.exit(error);
    if (*exit_status != 0) *exit_status = 2;
    return std::nullopt;
  }
  if (*check_command) return check;
  if (*storage_command) return storage;
  if (*clock_command) return clock;
  if (*query_command) return query;
  if (*find_command) return find;
  if (*delete_command) return forget;
  if (*rules_command) return rules;
  if (*backfill_command) return backfill;
  if (*log_command) {
    if (!from.empty()) log.from_ms = *TimeMs(from);
    if (!to.empty()) log.to_ms = *TimeMs(to);
    ReadOutcome(outcome, &log);
    log.csv = format == "csv";
    return log;
  }
  if (*simulate_command) {
    simulate.step_ms = *ParseDuration(step);
    return simulate;
  }
  if (speed != "max") replay.events_per_second = std::stoll(speed);
  return replay;
}

}  // namespace plumbline
