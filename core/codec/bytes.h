// Little-endian fields in a byte string, for the journal and checkpoints.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace plumbline {

class ByteWriter {
 public:
  explicit ByteWriter(std::string* out) : out_(out) {}

  template <class T>
  void Put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    out_->append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void PutBytes(std::string_view bytes) {
    Put(static_cast<uint64_t>(bytes.size()));
    out_->append(bytes);
  }
  // Puts a size and the bytes that append(string) appends.
  template <class Append>
  void PutSized(Append append) {
    const size_t at = out_->size();
    Put(uint64_t{0});
    append(out_);
    const uint64_t size = out_->size() - at - sizeof(size);
    std::memcpy(out_->data() + at, &size, sizeof(size));
  }

 private:
  std::string* out_;
};

// Reads the output of ByteWriter. After a read past the end, or of a bool that
// is neither 0 nor 1, ok() is false and every further read yields zeros.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return in_.empty(); }
  size_t left() const { return in_.size(); }

  template <class T>
  T Get() {
    static_assert(std::is_trivially_copyable_v<T>);
    if constexpr (std::is_same_v<T, bool>) {
      const auto byte = Get<uint8_t>();
      if (byte > 1) Fail();
      return byte == 1;
    }
    T value{};
    if (in_.size() < sizeof(T)) {
      Fail();
      return value;
    }
    std::memcpy(&value, in_.data(), sizeof(T));
    in_.remove_prefix(sizeof(T));
    return value;
  }
  std::string_view GetBytes() { return GetSome(Get<uint64_t>()); }
  std::string_view GetSome(uint64_t size) {
    if (size > in_.size()) {
      Fail();
      return {};
    }
    const std::string_view bytes = in_.substr(0, size);
    in_.remove_prefix(size);
    return bytes;
  }

 private:
  void Fail() {
    ok_ = false;
    in_ = {};
  }

  std::string_view in_;
  bool ok_ = true;
};

}  // namespace plumbline
