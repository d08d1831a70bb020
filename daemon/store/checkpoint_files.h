// CheckpointFiles: writes an update as sorted files for RocksDB to ingest.

#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/database.h"
#include "daemon/store/layout.h"

namespace plumbline {

class CheckpointFiles {
 public:
  struct Target {
    rocksdb::ColumnFamilyHandle* family;
    rocksdb::Options options;
  };
  using Targets = std::array<Target, kFamilies>;

  // Writes into `directory`, which is created anew.
  CheckpointFiles(std::string directory, Targets targets)
      : directory_(std::move(directory)), targets_(std::move(targets)) {}
  // Removes files that were not ingested.
  ~CheckpointFiles();

  rocksdb::Status Write(const DatabaseUpdate& update);
  // The files written. All must be ingested in one call.
  const std::vector<rocksdb::IngestExternalFileArg>& files() const {
    return files_;
  }

 private:
  // By key; nullopt: removed.
  using Changes = std::map<std::string, std::optional<std::string>>;

  std::string FileOf(Family family) const {
    return directory_ + "/" + kFamilyNames[family];
  }
  void Add(Family family);
  rocksdb::Status WritePairs(const std::vector<Record>& pairs);
  rocksdb::Status WriteState(const DatabaseUpdate& update);
  rocksdb::Status WriteChanges(Family family, const Changes& changes);

  const std::string directory_;
  const Targets targets_;
  std::vector<rocksdb::IngestExternalFileArg> files_;
};

// Estimate of the disk space that an update takes.
uint64_t SizeOf(const DatabaseUpdate& update);

}  // namespace plumbline
