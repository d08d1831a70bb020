#include "daemon/store/checkpoint_files.h"

#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <system_error>
#include <utility>

#include "core/codec/bytes.h"
#include "core/pairs/prefetch.h"

namespace plumbline {
namespace {

using rocksdb::Status;

// All records of one key.
struct Chain {
  uint64_t hi;  // of the key
  uint32_t first;
};

// Sorts chains by key. Keys are hashes: their first bits split them into parts
// of a few hundred, which fit into the caches while they are sorted.
std::vector<Chain> SortedChains(const std::vector<Record>& pairs) {
  constexpr int kPartBits = 12;
  const auto part_of = [](uint64_t hi) { return hi >> (64 - kPartBits); };
  const auto first_of_key = [&pairs](size_t i) {
    return i == 0 || pairs[i].key != pairs[i - 1].key;
  };
  std::vector<uint32_t> ends((size_t{1} << kPartBits) + 1);
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (first_of_key(i)) ++ends[part_of(pairs[i].key.hi) + 1];
  }
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<Chain> chains(ends.back());
  for (size_t i = 0; i < pairs.size(); ++i) {
    const uint64_t hi = pairs[i].key.hi;
    if (first_of_key(i)) {
      chains[ends[part_of(hi)]++] = {hi, static_cast<uint32_t>(i)};
    }
  }
  const auto less = [&pairs](const Chain& a, const Chain& b) {
    if (a.hi != b.hi) return a.hi < b.hi;
    return pairs[a.first].key.lo < pairs[b.first].key.lo;
  };
  uint32_t begin = 0;
  for (const uint32_t end : ends) {
    std::sort(chains.begin() + begin, chains.begin() + end, less);
    begin = end;
  }
  return chains;
}

}  // namespace

uint64_t SizeOf(const DatabaseUpdate& update) {
  uint64_t size =
      update.image.head.size() + update.pairs.size() * sizeof(Record);
  for (const auto& [number, model] : update.image.models) size += model.size();
  for (const auto& [key, step] : update.history) {
    size += key.size() + (step ? step->size() : 0);
  }
  return size;
}

CheckpointFiles::~CheckpointFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Status CheckpointFiles::Write(const DatabaseUpdate& update) {
  std::error_code failed;
  std::filesystem::remove_all(directory_, failed);
  std::filesystem::create_directory(directory_, failed);
  if (failed) return Status::IOError(failed.message());
  Status status;
  if (!update.pairs.empty()) status = WritePairs(update.pairs);
  if (status.ok() && !update.history.empty()) {
    status = WriteChanges(kHistory, update.history);
  }
  if (status.ok()) status = WriteState(update);
  return status;
}

void CheckpointFiles::Add(Family family) {
  rocksdb::IngestExternalFileArg& file = files_.emplace_back();
  file.column_family = targets_[family].family;
  file.external_files = {FileOf(family)};
  file.options.move_files = true;
  file.options.write_global_seqno = false;
  file.options.snapshot_consistency = false;  // there are no snapshots
}

Status CheckpointFiles::WritePairs(const std::vector<Record>& pairs) {
  const std::vector<Chain> chains = SortedChains(pairs);
  const Target& target = targets_[kPairs];
  rocksdb::SstFileWriter writer({}, target.options, target.family);
  Add(kPairs);
  Status status = writer.Open(FileOf(kPairs));
  std::string value;
  for (size_t c = 0; c < chains.size() && status.ok(); ++c) {
    // Reads in the order of keys, which is random access into the copy.
    constexpr size_t kAhead = 16;
    if (c + kAhead < chains.size()) Prefetch(&pairs[chains[c + kAhead].first]);
    value.clear();
    const PairKey& pair = pairs[chains[c].first].key;
    for (size_t i = chains[c].first; i < pairs.size() && pairs[i].key == pair;
         ++i) {
      AppendStored(pairs[i], &value);
    }
    const KeyBytes key = Encode(pair);
    status = writer.Put(rocksdb::Slice(key.data(), key.size()), value);
  }
  return status.ok() ? writer.Finish() : status;
}

Status CheckpointFiles::WriteState(const DatabaseUpdate& update) {
  Changes changes;
  for (const auto& [number, model] : update.image.models) {
    changes[ModelKey(number)] = model;
  }
  for (const uint32_t number : update.removed_models) {
    changes[ModelKey(number)] = std::nullopt;
  }
  std::string sequence;
  ByteWriter(&sequence).Put(update.sequence);
  changes[kHeadKey] = update.image.head;
  changes[kSequenceKey] = sequence;
  if (update.journal_checked) changes[kJournalKey] = sequence;
  return WriteChanges(kState, changes);
}

Status CheckpointFiles::WriteChanges(Family family, const Changes& changes) {
  const Target& target = targets_[family];
  rocksdb::SstFileWriter writer({}, target.options, target.family);
  Add(family);
  Status status = writer.Open(FileOf(family));
  for (const auto& [key, value] : changes) {
    if (!status.ok()) return status;
    status = value ? writer.Put(key, *value) : writer.Delete(key);
  }
  return status.ok() ? writer.Finish() : status;
}

}  // namespace plumbline
