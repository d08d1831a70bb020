// The command line of plumbline.

#pragma once

#include <optional>
#include <string>

#include "daemon/flags/app_options.h"
#include "daemon/log/log.h"

namespace plumbline {

struct Flags {
  AppOptions app;
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kLogfmt;
};

// nullopt, with *exit_status, if the program ends here: after --help,
// --version, or an error that was printed.
std::optional<Flags> ParseFlags(int argc, char** argv, int* exit_status);

}  // namespace plumbline
