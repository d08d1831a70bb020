#include "daemon/store/forgotten_filter.h"

#include "daemon/store/layout.h"

namespace plumbline {

bool ForgottenFilter::Filter(int /*level*/, const rocksdb::Slice& key,
                             const rocksdb::Slice& value, std::string* rest,
                             bool* changed) const {
  if (remembered_ == nullptr || key.size() != kKeyBytes) return false;
  const PairKey pair = DecodeKey(key.data());
  rest->clear();
  for (size_t i = 0; i + kStoredBytes <= value.size(); i += kStoredBytes) {
    const char* const record = value.data() + i;
    if (remembered_->Alive(DecodeRecord(pair, record))) {
      rest->append(record, kStoredBytes);
    }
  }
  *changed = !rest->empty() && rest->size() < value.size();
  return rest->empty();
}

std::unique_ptr<rocksdb::CompactionFilter>
ForgottenFilterFactory::CreateCompactionFilter(
    const rocksdb::CompactionFilter::Context& /*context*/) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<ForgottenFilter>(remembered_);
}

}  // namespace plumbline
