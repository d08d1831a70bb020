// StorageFault: something of the storage that failed, as it is told.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace plumbline {

// In the order of kStorageOperations of exporters/daemon_figures.h.
enum class StorageOperation : uint8_t { kAppend, kCheckpoint, kRead };

struct StorageFault {
  StorageOperation operation = StorageOperation::kAppend;
  // What failed: one text for all faults of a kind.
  const char* what = "";
  // What that means for those who run the daemon, and what to do.
  const char* meaning = "";
  std::string file = {};  // or directory
  std::optional<uint64_t> offset = {};
  std::string error = {};  // what the system says
  // What was read is not what was written.
  bool damage = false;
};

// [Any thread]
using OnFault = std::function<void(const StorageFault&)>;
inline void IgnoreFault(const StorageFault& /*fault*/) {}

}  // namespace plumbline
