#include <rocksdb/db.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "core/codec/bytes.h"
#include "daemon/store/database_impl.h"

namespace plumbline {
namespace {

using rocksdb::Status;

constexpr size_t kLookUps = 1024;  // keys of one MultiGet
// Total size of values. The look-ups stop after the value that exceeds it.
constexpr uint64_t kBytesAtOnce = uint64_t{256} << 10;
constexpr char kUnread[] = "a pair of the store cannot be read";

// False if the size of the value is unknown.
bool AppendRecords(const PairKey& key, const rocksdb::Slice& value,
                   std::vector<Record>* records) {
  if (value.size() % kStoredBytes != 0) return false;
  for (size_t i = 0; i < value.size(); i += kStoredBytes) {
    records->push_back(DecodeRecord(key, value.data() + i));
  }
  return true;
}

// A key's position among all keys: its first 16 bytes, padded with 0. Keys of
// pairs have 16.
__extension__ using Place = unsigned __int128;
constexpr size_t kPlaceBytes = sizeof(Place);

Place PlaceOf(const rocksdb::Slice& key) {
  Place place = 0;
  for (size_t i = 0; i < kPlaceBytes; ++i) {
    place = place << 8 | (i < key.size() ? static_cast<uint8_t>(key[i]) : 0);
  }
  return place;
}

std::string KeyAt(Place place) {
  std::string key(kPlaceBytes, '\0');
  for (size_t i = kPlaceBytes; i-- > 0; place >>= 8) {
    key[i] = static_cast<char>(place);
  }
  return key;
}

using NewIterator = std::function<std::unique_ptr<rocksdb::Iterator>()>;

// The first readable position after `from`, or none. Readable positions between
// damaged ones close to each other may be skipped.
std::optional<Place> FindReadable(const NewIterator& new_iterator, Place from) {
  constexpr Place kClose = Place{1} << 24;
  const auto reads = [&new_iterator](Place place) {
    const auto it = new_iterator();
    it->Seek(KeyAt(place));
    return it->status().ok();
  };
  Place bad = from;
  Place good = from;
  for (Place step = kClose;; step *= 2) {
    // No entry is at the last position.
    const bool at_end = step == 0 || ~Place{0} - from < step;
    good = at_end ? ~Place{0} : from + step;
    if (reads(good)) break;
    if (at_end) return std::nullopt;
    bad = good;
  }
  while (good - bad > kClose) {
    const Place middle = bad + (good - bad) / 2;
    (reads(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace

std::optional<Database::Stored> Database::Read(std::string* error) const {
  const std::shared_lock lock(impl_->open_mutex);
  Stored stored;
  std::string sequence;
  Status status = impl_->Get(kSequenceKey, &sequence);
  if (status.IsNotFound()) return stored;
  if (status.ok()) status = impl_->Get(kHeadKey, &stored.image.head);
  ByteReader reader(sequence);
  stored.sequence = reader.Get<uint64_t>();
  if (status.ok() && (!reader.ok() || !reader.AtEnd())) {
    status = Status::Corruption("the sequence is of no known size");
  }
  std::string journal;
  if (status.ok()) {
    const Status found = impl_->Get(kJournalKey, &journal);
    stored.journal_checked = found.ok();
    if (!found.IsNotFound()) status = found;
  }
  if (status.ok()) {
    for (const uint32_t number : ModelsOf(stored.image.head)) {
      status = impl_->Get(ModelKey(number), &stored.image.models[number]);
      if (!status.ok()) break;
    }
  }
  if (status.ok()) {
    impl_->NoteSizes(stored.image);
    return stored;
  }
  *error = impl_->path + ": is damaged: " + status.ToString() + kDamagedAdvice;
  return std::nullopt;
}

std::optional<uint64_t> Database::sequence() const {
  const std::shared_lock lock(impl_->open_mutex);
  std::string bytes;
  if (impl_->db == nullptr) return std::nullopt;
  const Status status = impl_->Get(kSequenceKey, &bytes);
  if (status.IsNotFound()) return 1;
  if (!status.ok()) {
    impl_->TellRead("the state of the store cannot be read", status);
    return std::nullopt;
  }
  return ByteReader(bytes).Get<uint64_t>();
}

Database::View::View(const Database* database)
    : impl_(database->impl_.get()),
      opened_(impl_->open_mutex, std::try_to_lock),
      unchanged_(impl_->change_mutex) {}

bool Database::View::good() const {
  return opened_.owns_lock() && impl_->db != nullptr;
}

uint64_t Database::View::sequence() const {
  std::string bytes;
  const Status status = impl_->Get(kSequenceKey, &bytes);
  return status.ok() ? ByteReader(bytes).Get<uint64_t>() : 0;
}

bool Database::View::ForEachHistory(const std::string& from,
                                    const std::string& to,
                                    const VisitHistory& visit) const {
  const std::unique_ptr<rocksdb::Iterator> it(
      impl_->db->NewIterator({}, impl_->families[kHistory]));
  for (it->Seek(from); it->Valid(); it->Next()) {
    if (!to.empty() && it->key().compare(to) >= 0) break;
    if (!visit(it->key().ToStringView(), it->value().ToStringView())) {
      return false;
    }
  }
  if (!it->status().ok()) {
    impl_->TellRead("a part of the history cannot be read", it->status());
  }
  return it->status().ok();
}

// Returns the number of keys looked up.
size_t Database::Impl::FindSome(std::span<const PairKey> keys,
                                std::vector<Record>* records,
                                std::vector<PairKey>* unreadable) const {
  std::vector<KeyBytes> bytes;
  std::vector<rocksdb::Slice> slices;
  bytes.reserve(keys.size());
  slices.reserve(keys.size());
  for (const PairKey& key : keys) {
    bytes.push_back(Encode(key));
    slices.emplace_back(bytes.back().data(), kKeyBytes);
  }
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<Status> found(keys.size());
  rocksdb::ReadOptions read;
  read.value_size_soft_limit = kBytesAtOnce;
  db->MultiGet(read, families[kPairs], keys.size(), slices.data(),
               values.data(), found.data(), true);
  for (size_t k = 0; k < keys.size(); ++k) {
    // The size limit is reached. The first key may be among those not read.
    if (found[k].IsAborted() && k > 0) return k;
    if (!found[k].ok() && !found[k].IsNotFound()) {
      // Read it alone, as MultiGet may report a neighbour's fault for it.
      values[k].Reset();
      found[k] = db->Get({}, families[kPairs], slices[k], &values[k]);
    }
    if (found[k].IsNotFound()) continue;
    if (found[k].ok() && !AppendRecords(keys[k], values[k], records)) {
      found[k] = Status::Corruption("a pair is of no known size");
    }
    if (!found[k].ok()) {
      TellRead(kUnread, found[k]);
      unreadable->push_back(keys[k]);
    }
  }
  return keys.size();
}

size_t Database::Find(std::span<const PairKey> keys,
                      std::vector<Record>* records,
                      std::vector<PairKey>* unreadable) const {
  // The database may be closed for a second. Readers do not wait for that.
  const std::shared_lock lock(impl_->open_mutex, std::try_to_lock);
  if (!lock.owns_lock() || impl_->db == nullptr) {
    impl_->TellRead(kUnread,
                    Status::Incomplete("the database is being opened"));
    unreadable->insert(unreadable->end(), keys.begin(), keys.end());
    return keys.size();
  }
  return impl_->FindSome(keys.first(std::min(kLookUps, keys.size())), records,
                         unreadable);
}

void Database::TellDamaged(const Record& stored) const {
  const KeyBytes key = Encode(stored.key);
  impl_->TellRead(
      kUnread,
      Status::Corruption("the pair " +
                         rocksdb::Slice(key.data(), key.size()).ToString(true) +
                         " is of a version that there is not"));
}

Status Database::Impl::Scan(
    Family family, const VisitEntry& visit,
    const std::function<bool(const Gap&)>& visit_gap) const {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  read.readahead_size = size_t{1} << 20;
  return Visit(
      [this, &read, family] {
        return std::unique_ptr<rocksdb::Iterator>(
            db->NewIterator(read, families[family]));
      },
      visit, visit_gap);
}

Status Database::Impl::Visit(
    const NewIterator& new_iterator, const VisitEntry& visit,
    const std::function<bool(const Gap&)>& visit_gap) const {
  Status last;
  Place unread = 0;  // next position
  auto it = new_iterator();
  it->SeekToFirst();
  while (true) {
    for (; it->Valid(); it->Next()) {
      if (!visit(it->key(), it->value())) return Status::Aborted();
      unread = PlaceOf(it->key()) + 1;
    }
    if (it->status().ok()) return last;
    last = it->status();
    const auto readable = FindReadable(new_iterator, unread);
    const Gap gap{KeyAt(unread), KeyAt(readable.value_or(~Place{0})),
                  last.IsCorruption()};
    TellRead("a part of the store cannot be read", last);
    if (!visit_gap(gap) || !readable) return last;
    unread = *readable;
    it = new_iterator();
    it->Seek(KeyAt(unread));
  }
}

bool Database::ForEachKey(const std::function<bool(const PairKey&)>& visit,
                          const VisitGap& visit_gap) const {
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr) return false;
  bool good = true;
  const Status status = impl_->Scan(
      kPairs,
      [&](const rocksdb::Slice& key, const rocksdb::Slice& /*value*/) {
        // Keys of another size are not ours.
        return key.size() == kKeyBytes && visit(DecodeKey(key.data()));
      },
      [&](const Gap& gap) { return good = visit_gap(gap); });
  return good && !status.IsAborted();
}

bool Database::ForEachChain(
    const std::function<bool(std::span<const Record>)>& visit) const {
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr) return false;
  std::vector<Record> chain;
  const Status status = impl_->Scan(
      kPairs,
      [&](const rocksdb::Slice& key, const rocksdb::Slice& value) {
        chain.clear();
        return key.size() == kKeyBytes &&
               AppendRecords(DecodeKey(key.data()), value, &chain) &&
               visit(chain);
      },
      [](const Gap& /*gap*/) { return false; });
  return status.ok();
}

Database::ReadStatus Database::ReadHistory(
    const std::string& key, std::optional<std::string>* value) const {
  value->reset();
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr) return ReadStatus::kNotNow;
  std::string found;
  const Status status =
      impl_->db->Get({}, impl_->families[kHistory], key, &found);
  if (status.ok()) *value = std::move(found);
  if (status.ok() || status.IsNotFound()) return ReadStatus::kGood;
  impl_->TellRead("a step of the history cannot be read", status);
  return status.IsCorruption() ? ReadStatus::kDamaged : ReadStatus::kNotNow;
}

bool Database::ForEachHistory(const VisitHistory& visit,
                              const VisitGap& visit_gap) const {
  const View view(this);
  if (!view.good()) return false;
  bool good = true;
  const Status status = impl_->Scan(
      kHistory,
      [&](const rocksdb::Slice& key, const rocksdb::Slice& value) {
        return visit(key.ToStringView(), value.ToStringView());
      },
      [&](const Gap& gap) { return good = visit_gap(gap); });
  return good && !status.IsAborted();
}

}  // namespace plumbline
