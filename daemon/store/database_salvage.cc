#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/database_impl.h"

namespace plumbline {

using rocksdb::SstFileReader;
using rocksdb::Status;

namespace {

// Writes salvaged data to another database, in pieces.
class Copy {
 public:
  Copy(Database* to, const Database::Stored& stored) : to_(to) {
    update_.sequence = stored.sequence;
    update_.journal_checked = stored.journal_checked;
  }

  bool AddPair(const rocksdb::Slice& key, const rocksdb::Slice& value) {
    constexpr size_t kAtOnce = size_t{1} << 20;  // records in memory
    if (key.size() != kKeyBytes) return true;
    for (size_t i = 0; i + kStoredBytes <= value.size(); i += kStoredBytes) {
      update_.pairs.push_back(
          DecodeRecord(DecodeKey(key.data()), value.data() + i));
    }
    return update_.pairs.size() < kAtOnce || Write();
  }
  bool AddStep(const rocksdb::Slice& key, const rocksdb::Slice& value) {
    update_.history[key.ToString()] = value.ToString();
    return true;
  }
  // Later writes replace earlier ones. The image comes last: a database without
  // one has no state.
  bool Write(StateImage image = {}) {
    update_.image = std::move(image);
    const bool good = to_->Write(update_);
    update_.pairs.clear();
    update_.history.clear();
    return good;
  }

 private:
  Database* const to_;
  DatabaseUpdate update_;
};

}  // namespace

// The tables of a family, or of all, oldest first.
std::vector<rocksdb::LiveFileMetaData> Database::Impl::Tables(
    const char* family) const {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db->GetLiveFilesMetaData(&tables);
  std::erase_if(tables, [family](const auto& table) {
    return family != nullptr && table.column_family_name != family;
  });
  std::sort(tables.begin(), tables.end(), [](const auto& a, const auto& b) {
    return a.largest_seqno < b.largest_seqno;
  });
  return tables;
}

size_t Database::UnnamedTables() const {
  const std::shared_lock lock(impl_->open_mutex);
  std::set<std::string> named;
  for (const auto& table : impl_->Tables(nullptr)) named.insert(table.name);
  size_t unnamed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(impl_->path)) {
    const std::string name = "/" + entry.path().filename().string();
    unnamed += entry.path().extension() == ".sst" && !named.contains(name);
  }
  return unnamed;
}

std::vector<Database::DamagedTable> Database::FindDamaged() const {
  const std::shared_lock lock(impl_->open_mutex);
  std::vector<DamagedTable> damaged;
  for (const auto& table : impl_->Tables(nullptr)) {
    const std::string file = impl_->path + table.name;
    SstFileReader reader(impl_->options);
    Status status = reader.Open(file);
    const bool opens = status.ok();
    if (opens) status = reader.VerifyChecksum();
    if (status.ok()) continue;
    damaged.push_back({file, table.column_family_name, table.num_entries, opens,
                       status.ToString()});
  }
  return damaged;
}

std::optional<uint64_t> Database::CopyReadable(const std::string& directory,
                                               std::string* error) const {
  auto stored = Read(error);
  if (!stored) return std::nullopt;
  const auto opened = Database::Open(directory, kReadCacheBytes, error);
  if (opened == nullptr) return std::nullopt;
  opened->SetOnFault([error](const StorageFault& fault) {
    *error = fault.file + ": " + fault.error;
  });
  uint64_t gaps = 0;
  const auto visit_gap = [&gaps](const Gap& /*gap*/) { return ++gaps > 0; };
  Copy copy(opened.get(), *stored);
  bool good = true;
  // A table also holds obsolete values. The database tells the current value.
  // If that is unreadable, the last readable one is used.
  const auto visit_pair = [&](const rocksdb::Slice& key,
                              const rocksdb::Slice& value) {
    rocksdb::PinnableSlice newest;
    const Status status =
        impl_->db->Get({}, impl_->families[kPairs], key, &newest);
    if (status.IsNotFound()) return true;
    return good = copy.AddPair(key, status.ok() ? newest : value);
  };
  const std::shared_lock lock(impl_->open_mutex);
  // Reads the tables one by one, as one that cannot be opened would block a
  // read of them all.
  for (const auto& table : impl_->Tables(kFamilyNames[kPairs])) {
    SstFileReader reader(impl_->options);
    if (!reader.Open(impl_->path + table.name).ok()) {
      ++gaps;
      continue;
    }
    impl_
        ->Visit(
            [&reader] {
              return std::unique_ptr<rocksdb::Iterator>(reader.NewIterator({}));
            },
            visit_pair, visit_gap)
        .PermitUncheckedError();
    if (!good || !copy.Write()) return std::nullopt;
  }
  impl_
      ->Scan(
          kHistory,
          [&copy](const rocksdb::Slice& key, const rocksdb::Slice& value) {
            return copy.AddStep(key, value);
          },
          visit_gap)
      .PermitUncheckedError();
  if (!copy.Write(std::move(stored->image))) return std::nullopt;
  return gaps;
}

}  // namespace plumbline
