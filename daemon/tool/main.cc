// plumbtool: the command-line tool.

#include <sys/stat.h>

#include <cstdio>
#include <exception>
#include <variant>

#include "daemon/hash/id_hash.h"
#include "daemon/store/files.h"
#include "daemon/tool/commands.h"

namespace plumbline {
namespace {

int Run(const CheckConfigFlags& flags) { return CheckConfig(flags); }
int Run(const CheckStorageFlags& flags) { return CheckStorage(flags); }
int Run(const SetClockFlags& flags) { return SetClock(flags); }
int Run(const ReplayFlags& flags) { return Replay(flags); }
int Run(const QueryFlags& flags) { return Query(flags); }
int Run(const FindFlags& flags) { return Find(flags); }
int Run(const DeleteFlags& flags) { return Delete(flags); }
int Run(const RulesFlags& flags) { return Rules(flags); }
int Run(const SimulateFlags& flags) { return Simulate(flags); }
int Run(const BackfillFlags& flags) { return Backfill(flags); }
int Run(const LogFlags& flags) { return ReadLog(flags); }

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) try {
  int exit_status = 0;
  const auto flags = plumbline::ParseToolFlags(argc, argv, &exit_status);
  if (!flags) return exit_status;
  plumbline::UseKeyedTextHash();
  umask(plumbline::kFileMask);  // some commands write a store
  return std::visit([](const auto& f) { return plumbline::Run(f); }, *flags);
} catch (const std::exception& error) {
  std::fprintf(stderr, "plumbtool: %s\n", error.what());
  return 2;
}
