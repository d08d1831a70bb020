// Archive: parts as bytes, and back, by one function for both directions.
//
// A part is what one class stores: fields, each behind its tag and its size. A
// field that is missing leaves its value as it was constructed. One whose tag
// this build does not know is refused, as leaving it out could change what is
// counted; the refusal names it.
//
//     document  format, parts                    (Header())
//     part      size (4), fields                 (Part())
//     field     tag (1), size (4), bytes         (Field())
//
// NOTE: stores hold the tags. One that is no longer written is not used again.
// A new field gets a new tag, its default is what it was before there was the
// field, and the minor format goes up by one.
//
// Formats up to 8 have no tags: a document is the values in a row, in the order
// in which the parts have their fields. Load reads these, too. What they do not
// have is an Added() field.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/codec/bytes.h"
#include "core/codec/time_range.h"

namespace plumbline {

// Of what is stored. A build reads all majors up to its own, and of its own
// what has no field that it does not know.
inline constexpr int64_t kFormatMajor = 9;
inline constexpr uint32_t kFormatMinor = 0;

template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = std::is_trivially_copyable_v<T>;

class Save {
 public:
  static constexpr bool kLoads = false;
  explicit Save(std::string* bytes) : bytes_(bytes), out_(bytes) {}

  void Header() {
    out_.Put(-kFormatMajor);
    out_.Put(kFormatMinor);
  }

  template <class Fields>
  void Part(const char* /*name*/, Fields fields) {
    Sized(fields);
  }
  // `value`: a plain value, a text, a list of plain values, or a function that
  // writes more than one. An empty list or text is not written, so their
  // default is to be empty.
  template <class T>
  void Field(uint8_t tag, const T& value) {
    if constexpr (std::is_invocable_v<T>) {
      out_.Put(tag);
      Sized(value);
    } else {
      if constexpr (kIsList<T> || std::is_same_v<T, std::string>) {
        if (value.empty()) return;
      }
      Field(tag, [&] { Value(value); });
    }
  }
  // Of what former formats do not have, or not before a revision of theirs.
  template <class T>
  void Added(uint8_t tag, const T& value) {
    Field(tag, value);
  }
  template <class T>
  void FieldSince(int64_t /*revision*/, uint8_t tag, const T& value) {
    Field(tag, value);
  }

  template <class T>
  void Do(const T& value) {
    out_.Put(value);
  }
  void Text(const std::string& text) { out_.PutBytes(text); }
  void Raw(const void* data, size_t size) {
    out_.PutBytes({static_cast<const char*>(data), size});
  }
  bool ok() const { return true; }
  bool is_former() const { return false; }

 private:
  template <class Write>
  void Sized(const Write& write) {
    const size_t at = bytes_->size();
    out_.Put(uint32_t{0});
    write();
    const auto size = static_cast<uint32_t>(bytes_->size() - at - kSizeBytes);
    std::memcpy(bytes_->data() + at, &size, kSizeBytes);
  }
  template <class T>
  void Value(const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      Text(value);
    } else if constexpr (kIsList<T>) {
      Raw(value.data(), value.size() * sizeof(value[0]));
    } else {
      Do(value);
    }
  }

  static constexpr size_t kSizeBytes = sizeof(uint32_t);
  std::string* const bytes_;
  ByteWriter out_;
};

class Load {
 public:
  static constexpr bool kLoads = true;
  explicit Load(std::string_view bytes) : in_(bytes) {}

  // Of a document. A former one has its revision of then, or that of the
  // document that it belongs to.
  void Header(int64_t revision = 0) {
    const auto first = ByteReader(in_).Get<int64_t>();
    if (first < 0) in_.Get<int64_t>();
    if (first >= -kLastFormerRevision) {
      revision_ = first < 0 ? -first : revision;
      tagged_ = false;
      return;
    }
    const auto minor = in_.Get<uint32_t>();
    written_by_ = std::to_string(-std::max(first, -kMostMajor)) + "." +
                  std::to_string(minor);
    if (first != -kFormatMajor) Refuse("");
  }
  // It is of format 8 or before; those differ by a number that was theirs.
  bool is_former() const { return !tagged_; }
  int64_t revision() const { return revision_; }

  template <class Fields>
  void Part(const char* name, Fields fields) {
    if (!tagged_) return fields();
    const std::string_view bytes = Sized();
    const ByteReader behind = in_;
    const size_t outer = std::exchange(first_, fields_.size());
    Index(bytes);
    in_ = ByteReader({});
    if (ok()) fields();
    for (size_t i = first_; i < fields_.size() && ok(); ++i) {
      if (!fields_[i].read) Refuse(Named(name, fields_[i].tag));
    }
    if (!in_.ok()) Fail();
    fields_.resize(first_);
    first_ = outer;
    in_ = behind;
  }
  // See Save. Of a tag that is not there nothing is called.
  template <class T>
  void Field(uint8_t tag, T&& value) {
    using Plain = std::remove_cvref_t<T>;
    if constexpr (std::is_invocable_v<T>) {
      if (!tagged_) return value();
      const auto field = std::find_if(
          fields_.begin() + static_cast<ptrdiff_t>(first_), fields_.end(),
          [tag](const OneField& f) { return f.tag == tag; });
      if (field == fields_.end() || !ok()) return;
      field->read = true;
      in_ = ByteReader(field->bytes);
      value();
      if (!in_.ok() || !in_.AtEnd()) Fail();
      in_ = ByteReader({});
    } else {
      Field(tag, [&] {
        if constexpr (std::is_same_v<Plain, std::string>) {
          Text(value);
        } else if constexpr (kIsList<Plain>) {
          List(value);
        } else {
          Do(value);
        }
      });
    }
  }
  template <class T>
  void Added(uint8_t tag, T&& value) {
    if (tagged_) Field(tag, value);
  }
  template <class T>
  void FieldSince(int64_t revision, uint8_t tag, T&& value) {
    if (tagged_ || revision_ >= revision) Field(tag, value);
  }

  template <class T>
  void Do(T& value) {
    value = in_.Get<T>();
  }
  void Text(std::string& text) { text = in_.GetBytes(); }
  std::string_view Raw() { return in_.GetBytes(); }
  template <class T>
  void List(std::vector<T>& list) {
    const std::string_view bytes = Raw();
    if (bytes.size() % sizeof(T) != 0) Fail();
    list.resize(bytes.size() / sizeof(T));
    if (list.empty()) return;
    std::memcpy(static_cast<void*>(list.data()), bytes.data(),
                list.size() * sizeof(T));
  }

  bool ok() const { return in_.ok() && !failed_; }
  bool AtEnd() const { return in_.AtEnd(); }
  size_t left() const { return in_.left(); }  // bytes
  // `unknown`: what of a later format there is in a document within this one.
  void Fail(const std::string& unknown = "") {
    if (ok()) unknown_ = unknown;
    failed_ = true;
  }
  // Of what is not damaged, but of a later format: what that is. Else empty.
  const std::string& unknown() const { return unknown_; }

 private:
  struct OneField {
    uint8_t tag;
    std::string_view bytes;
    bool read = false;
  };

  static std::string Named(const char* part, uint8_t tag) {
    return " with field " + std::to_string(tag) + " of " + part;
  }
  void Refuse(const std::string& what) {
    Fail("it is of format " + written_by_ + what +
         ", and this plumbline reads formats up to " +
         std::to_string(kFormatMajor) + "." + std::to_string(kFormatMinor) +
         ": use the one that wrote it, or a newer one");
  }
  std::string_view Sized() {
    const auto size = in_.Get<uint32_t>();
    if (size > in_.left()) Fail();
    return ok() ? in_.GetSome(size) : std::string_view();
  }
  // Finds the fields of a part, each of which is there once.
  void Index(std::string_view bytes) {
    in_ = ByteReader(bytes);
    while (ok() && !in_.AtEnd()) {
      const auto tag = in_.Get<uint8_t>();
      for (size_t i = first_; i < fields_.size(); ++i) {
        if (fields_[i].tag == tag) Fail();
      }
      fields_.push_back({tag, Sized()});
    }
    if (!in_.ok()) Fail();
  }

  static constexpr int64_t kLastFormerRevision = 1;
  static constexpr int64_t kMostMajor = 1'000'000;
  ByteReader in_;  // of the innermost field
  bool failed_ = false;
  bool tagged_ = true;
  int64_t revision_ = 0;
  std::string written_by_;
  std::string unknown_;
  std::vector<OneField> fields_;  // of all parts that are being read
  size_t first_ = 0;              // of the innermost part
};

// A list of plain values.
template <class T>
void DoList(Save& save, const std::vector<T>& list) {
  save.Raw(list.data(), list.size() * sizeof(T));
}
template <class T>
void DoList(Load& load, std::vector<T>& list) {
  load.List(list);
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

// Elements that are more than a plain value: calls each(element) for each.
// Those that are read come behind those that are there.
template <class Archive, class List, class Each>
void DoEach(Archive& archive, List& list, Each each) {
  const uint64_t count = DoCount(archive, list.size());
  for (uint64_t i = 0; i < count && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) {
      each(list.emplace_back());
    } else {
      each(list[i]);
    }
  }
}

// One plain value of each element of a list, which of(element) refers to. The
// key comes first, and says how many elements there are. Other columns that are
// all 0 are not written.
template <class Archive, class List, class Of>
void Column(Archive& archive, uint8_t tag, List& list, Of of, bool key) {
  using Value = std::remove_cvref_t<decltype(of(*list.begin()))>;
  using Stored =
      std::conditional_t<std::is_same_v<Value, bool>, uint8_t, Value>;
  std::vector<Stored> values;
  if constexpr (!Archive::kLoads) {
    for (auto& element : list) values.push_back(of(element));
    const bool any = std::any_of(values.begin(), values.end(),
                                 [](Stored value) { return value != 0; });
    if (any || key) archive.Field(tag, values);
  } else {
    archive.Field(tag, values);
    if (key) {
      list.resize(values.size());
    } else if (!values.empty() && values.size() != list.size()) {
      return archive.Fail();
    }
    for (size_t i = 0; i < values.size(); ++i) {
      of(list[i]) = static_cast<Value>(values[i]);
    }
  }
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
template <class Archive, class T>
void FieldBetween(Archive& archive, uint8_t tag, T& value,
                  std::type_identity_t<T> least, std::type_identity_t<T> most) {
  archive.Field(tag, [&] { DoBetween(archive, value, least, most); });
}

// In milliseconds since the Unix epoch.
template <class Archive>
void DoTime(Archive& archive, int64_t& time_ms) {
  DoBetween(archive, time_ms, 0, kLastTimeMs);
}

}  // namespace plumbline
