// The byte layout of the database; see daemon/store/database.h.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "core/pairs/record.h"

namespace plumbline {

enum Family : size_t { kDefault, kPairs, kState, kHistory, kFamilies };
inline constexpr std::array<const char*, kFamilies> kFamilyNames = {
    "default", "pairs", "state", "history"};

// Keys of the state.
inline constexpr char kHeadKey[] = "head";
inline constexpr char kSequenceKey[] = "sequence";
inline constexpr char kJournalKey[] = "journal";
inline std::string ModelKey(uint32_t number) {
  std::string key = "model";
  for (int shift = 24; shift >= 0; shift -= 8) {
    key += static_cast<char>(number >> shift);
  }
  return key;
}

// Keys and values of the pairs.
inline constexpr size_t kKeyBytes = sizeof(PairKey);
// A stored record is the tail of the struct: fixed-width fields in
// little-endian order, and bit-fields as the Itanium ABI lays them out.
inline constexpr size_t kRecordOffset = offsetof(Record, age);
inline constexpr size_t kStoredBytes = sizeof(Record) - kRecordOffset;
static_assert(kRecordOffset == 20 && kStoredBytes == 44);

using KeyBytes = std::array<char, kKeyBytes>;

inline KeyBytes Encode(const PairKey& key) {
  const uint64_t parts[2] = {__builtin_bswap64(key.hi),
                             __builtin_bswap64(key.lo)};
  KeyBytes bytes;
  std::memcpy(bytes.data(), parts, kKeyBytes);
  return bytes;
}

inline PairKey DecodeKey(const char* bytes) {
  uint64_t parts[2];
  std::memcpy(parts, bytes, kKeyBytes);
  return {__builtin_bswap64(parts[0]), __builtin_bswap64(parts[1])};
}

inline void AppendStored(const Record& record, std::string* value) {
  value->append(reinterpret_cast<const char*>(&record) + kRecordOffset,
                kStoredBytes);
}

inline Record DecodeRecord(const PairKey& key, const char* bytes) {
  Record record;
  std::memcpy(reinterpret_cast<char*>(&record) + kRecordOffset, bytes,
              kStoredBytes);
  record.key = key;
  return record;
}

}  // namespace plumbline
