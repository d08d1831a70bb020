// CheckpointFiles: an update as sorted files, which RocksDB takes in.

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

  // In `directory`, which is made anew.
  CheckpointFiles(std::string directory, Targets targets)
      : directory_(std::move(directory)), targets_(std::move(targets)) {}
  // Removes what was not taken in.
  ~CheckpointFiles();

  rocksdb::Status Write(const DatabaseUpdate& update);
  // What was written, to be taken in at once.
  const std::vector<rocksdb::IngestExternalFileArg>& files() const {
    return files_;
  }

 private:
  // By key; none: removed.
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

// About what an update takes on the disk.
uint64_t SizeOf(const DatabaseUpdate& update);

}  // namespace plumbline
