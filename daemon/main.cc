// plumbline: the daemon.

#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>

#include "daemon/app.h"
#include "daemon/flags/flags.h"
#include "daemon/hash/id_hash.h"
#include "daemon/log/log.h"
#include "daemon/store/files.h"

namespace {

using plumbline::Log;
using plumbline::LogLevel;

// The main thread alone handles signals, one by one.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// By default each thread gets an arena of its own, up to eight per core, which
// keeps the memory of its largest request.
void BoundMemory() {
  mallopt(M_ARENA_MAX, 4);
  // Memory of a large body returns to the system when it is freed.
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
}

// Each connection takes a descriptor.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// True if a signal to stop is pending.
bool IsToStop() {
  sigset_t pending;
  return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 ||
                                       sigismember(&pending, SIGTERM) == 1);
}

// Serves until it is asked to stop.
void Run(plumbline::App* app, const sigset_t& signals) {
  while (!app->quit()) {
    constexpr timespec kTick = {0, 100'000'000};
    const int signal = sigtimedwait(&signals, nullptr, &kTick);
    if (signal == SIGINT || signal == SIGTERM) return;
    if (signal == SIGHUP) app->Reload();
    app->TickIfDue();
  }
}

}  // namespace

int main(int argc, char** argv) {
  int exit_status = 0;
  const auto flags = plumbline::ParseFlags(argc, argv, &exit_status);
  if (!flags) return exit_status;
  plumbline::InitLog(flags->log_level, flags->log_format);

  plumbline::UseKeyedTextHash();
  umask(plumbline::kFileMask);
  const sigset_t signals = BlockSignals();
  RaiseDescriptorLimit();
  BoundMemory();
  std::string error;
  plumbline::AppOptions options = flags->app;
  options.gives_up = IsToStop;
  const auto app = plumbline::App::Start(options, &error);
  if (app == nullptr && IsToStop()) {
    Log(LogLevel::kInfo, "stopped", {{"because", error}});
    return 0;
  }
  if (app == nullptr) {
    // One line for each problem of a configuration.
    for (size_t begin = 0; begin <= error.size();) {
      const size_t end = std::min(error.find('\n', begin), error.size());
      Log(LogLevel::kError, error.substr(begin, end - begin));
      begin = end + 1;
    }
    return 1;
  }
  Run(app.get(), signals);
  Log(LogLevel::kInfo, "stopping");
  const bool kept = app->Stop();
  Log(LogLevel::kInfo, "stopped");
  return kept ? 0 : 1;
}
