// plumbtool set-clock: sets the time of a store back to now, with one
// checkpoint.

#include <cstdio>
#include <filesystem>
#include <string>

#include "config/config.h"
#include "core/event/timestamp.h"
#include "daemon/memory/huge_pages.h"
#include "daemon/process/clock.h"
#include "daemon/process/owner.h"
#include "daemon/store/store.h"
#include "daemon/tool/commands.h"

namespace plumbline {
namespace {

constexpr int64_t kDayMs = 86'400'000;
// 2024-01-01. An earlier clock was never set.
constexpr int64_t kLeastMs = 1'704'067'200'000;

int Fail(const std::string& error) {
  std::fprintf(stderr, "plumbtool: %s; nothing was changed\n", error.c_str());
  return 2;
}

}  // namespace

int SetClock(const SetClockFlags& flags) {
  ActAsOwnerOf(flags.path);
  const int64_t now_ms = Clock().NowMs();
  if (now_ms < kLeastMs) {
    return Fail("the system's clock says " + FormatTimestamp(now_ms) +
                ", which is long past: set it first");
  }
  if (!std::filesystem::exists(flags.path + "/PLUMBLINE")) {
    return Fail(flags.path + ": is not a store of plumbline");
  }
  const Config config;
  HugePages memory;
  std::string error;
  const auto store = Store::Open(
      {.path = flags.path,
       .memory_bytes = config.memory_bytes,
       .remembered_bytes = config.engine.remembered_bytes,
       // The strictest durability and retention suit every daemon's store.
       .durability = Durability::kPower,
       .retention_ms = 400 * kDayMs,
       .checkpoint_bytes = uint64_t{128} << 20,
       .all_or_nothing = true},
      &memory, &error);
  if (store == nullptr) return Fail(error);
  Pipeline pipeline(nullptr, &memory);
  if (!store->Recover(&pipeline, &error)) return Fail(error);
  const int64_t from_ms = pipeline.state().gauges().now_ms.load();
  if (from_ms <= now_ms) {
    std::printf("%s: its time, %s, is not ahead of the clock: nothing to do\n",
                flags.path.c_str(), FormatTimestamp(from_ms).c_str());
    return 0;
  }
  const auto pairs = store->SetBack(now_ms);
  if (!pairs) return Fail(flags.path + "/db: cannot all be read");
  if (!store->Close()) return Fail(flags.path + ": cannot be written");
  std::printf("%s: its time was set back from %s to %s, and that of %llu ids\n",
              flags.path.c_str(), FormatTimestamp(from_ms).c_str(),
              FormatTimestamp(now_ms).c_str(),
              static_cast<unsigned long long>(*pairs));
  return 0;
}

}  // namespace plumbline
