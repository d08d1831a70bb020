// Archive: fields as bytes, and back, in one order for both directions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/codec/bytes.h"
#include "core/codec/time_range.h"

namespace plumbline {

// The two directions. Each field is passed to Do(), which writes it or reads
// it into its place.
class Save {
 public:
  static constexpr bool kLoads = false;
  explicit Save(std::string* bytes) : out_(bytes) {}

  template <class T>
  void Do(const T& value) {
    out_.Put(value);
  }
  void Text(const std::string& text) { out_.PutBytes(text); }
  void Raw(const void* data, size_t size) {
    out_.PutBytes({static_cast<const char*>(data), size});
  }
  bool ok() const { return true; }

 private:
  ByteWriter out_;
};

class Load {
 public:
  static constexpr bool kLoads = true;
  explicit Load(std::string_view bytes) : in_(bytes) {}

  template <class T>
  void Do(T& value) {
    value = in_.Get<T>();
  }
  void Text(std::string& text) { text = in_.GetBytes(); }
  std::string_view Raw() { return in_.GetBytes(); }
  bool ok() const { return in_.ok() && !failed_; }
  bool AtEnd() const { return in_.AtEnd(); }
  size_t left() const { return in_.left(); }  // bytes
  void Fail() { failed_ = true; }

 private:
  ByteReader in_;
  bool failed_ = false;
};

// A list of plain values.
template <class T>
void DoList(Save& save, const std::vector<T>& list) {
  save.Raw(list.data(), list.size() * sizeof(T));
}
template <class T>
void DoList(Load& load, std::vector<T>& list) {
  const std::string_view bytes = load.Raw();
  if (bytes.size() % sizeof(T) != 0) load.Fail();
  list.resize(bytes.size() / sizeof(T));
  if (!list.empty()) {
    std::memcpy(static_cast<void*>(list.data()), bytes.data(),
                list.size() * sizeof(T));
  }
}

// The number of elements that follow. One takes a byte at least, so what is
// damaged does not make memory run out.
template <class Archive>
uint64_t DoCount(Archive& archive, uint64_t count) {
  archive.Do(count);
  if constexpr (Archive::kLoads) {
    if (count > archive.left()) archive.Fail();
  }
  return archive.ok() ? count : 0;
}

// A value of an enumeration that begins with 0 and ends with `last`.
template <class Archive, class Enum>
void DoEnum(Archive& archive, Enum& value, Enum last) {
  archive.Do(value);
  if constexpr (Archive::kLoads) {
    using Number = std::underlying_type_t<Enum>;
    if (static_cast<Number>(value) > static_cast<Number>(last)) {
      value = Enum{};
      archive.Fail();
    }
  }
}

// A number from `least` to `most`, which is not one that is none.
template <class Archive, class T>
void DoBetween(Archive& archive, T& value, std::type_identity_t<T> least,
               std::type_identity_t<T> most) {
  archive.Do(value);
  if constexpr (Archive::kLoads) {
    if (!(value >= least && value <= most)) {
      value = least;
      archive.Fail();
    }
  }
}

// In milliseconds since the Unix epoch.
template <class Archive>
void DoTime(Archive& archive, int64_t& time_ms) {
  DoBetween(archive, time_ms, 0, kLastTimeMs);
}

}  // namespace plumbline
