#include <rocksdb/db.h>

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "daemon/store/database_impl.h"
#include "daemon/store/files.h"

namespace plumbline {

using rocksdb::Status;

// Each checkpoint adds files, and only a merge removes what they replace. So
// there must always be room to merge the files of the state, which every
// checkpoint writes again. Without it a full disk stays full.

uint64_t Database::Impl::BytesOf(Family family) const {
  uint64_t size = 0;
  db->GetIntProperty(families[family],
                     rocksdb::DB::Properties::kTotalSstFilesSize, &size);
  return size;
}

// Upper bound of the family's size after a merge.
uint64_t Database::Impl::MergedBytes(Family family) const {
  const uint64_t all = BytesOf(family);
  if (family == kPairs) return std::min(all, remembered_bytes.load());
  if (family != kState) return all;
  uint64_t size = head_bytes;
  for (const auto& [number, bytes] : model_bytes) size += bytes;
  return size + size / 16;  // blocks and index
}

void Database::Impl::NoteSizes(const StateImage& image) {
  if (!image.head.empty()) head_bytes = image.head.size();
  for (const auto& [number, model] : image.models) {
    model_bytes[number] = model.size();
  }
}

void Database::Impl::Merge(Family family, std::atomic<bool>* cancel) {
  if (!CanMerge(family) || !HasFreeSpace(store, MergedBytes(family))) return;
  rocksdb::CompactRangeOptions all;
  all.exclusive_manual_compaction = false;
  all.canceled = cancel;
  all.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForceOptimized;
  // broken() tells about failures.
  db->CompactRange(all, families[family], nullptr, nullptr)
      .PermitUncheckedError();
}

// Merges files that are new since the last merge.
void Database::Impl::MakeSpace() {
  for (const Family family : {kState, kHistory, kPairs}) {
    std::string files;
    const bool any_new =
        db->GetProperty(families[family],
                        rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0",
                        &files) &&
        files != "0";
    if (any_new) Merge(family, nullptr);
  }
}

bool Database::Impl::HasRoomFor(const DatabaseUpdate& update) const {
  return HasFreeSpace(store, SizeOf(update) + MergedBytes(kState));
}

// Makes the reserve, and allows automatic compaction, as far as there is space.
void Database::Furnish() {
  MakeReserve(impl_->reserve);
  const std::shared_lock lock(impl_->open_mutex);
  uint64_t merged = 0;
  for (const Family family : {kState, kHistory, kPairs}) {
    merged += impl_->MergedBytes(family);
  }
  const bool roomy = HasFreeSpace(impl_->store, merged);
  for (const Family family : {kDefault, kPairs, kState, kHistory}) {
    const bool merges = roomy && impl_->CanMerge(family);
    if (merges == impl_->compacts[family]) continue;
    const Status status = impl_->db->SetOptions(
        impl_->families[family],
        {{"disable_auto_compactions", merges ? "false" : "true"}});
    if (!status.ok()) return;
    impl_->compacts[family] = merges;
  }
}

uint64_t Database::room_to_merge() const {
  const std::shared_lock lock(impl_->open_mutex, std::try_to_lock);
  if (!lock.owns_lock() || impl_->db == nullptr) return 0;
  return impl_->MergedBytes(kState);
}

bool Database::MakeSpaceFor(uint64_t bytes) {
  if (HasFreeSpace(impl_->store, bytes)) return true;
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr || broken()) return false;
  impl_->MakeSpace();
  return HasFreeSpace(impl_->store, bytes);
}

uint64_t Database::bytes() const {
  const std::shared_lock lock(impl_->open_mutex, std::try_to_lock);
  uint64_t size = 0;
  if (!lock.owns_lock() || impl_->db == nullptr) return 0;
  impl_->db->GetAggregatedIntProperty(
      rocksdb::DB::Properties::kTotalSstFilesSize, &size);
  return size;
}

size_t Database::cached_bytes() const { return impl_->cache->GetUsage(); }

uint64_t Database::pair_bytes() const {
  const std::shared_lock lock(impl_->open_mutex, std::try_to_lock);
  if (!lock.owns_lock() || impl_->db == nullptr) return 0;
  return impl_->BytesOf(kPairs);
}

}  // namespace plumbline
