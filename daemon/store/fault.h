// StorageFault: a failure of the storage, as it is reported.

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
  // What it means for the operator, and what to do.
  const char* meaning = "";
  std::string file = {};  // or directory
  std::optional<uint64_t> offset = {};
  std::string error = {};  // the system's message
  // True if data read back differs from data written.
  bool damage = false;
};

// [Any thread]
using OnFault = std::function<void(const StorageFault&)>;
inline void IgnoreFault(const StorageFault& /*fault*/) {}

}  // namespace plumbline
