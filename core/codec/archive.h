// Archive: parts of the state to bytes and back, by one function for both
// directions.
//
// A part holds what one class stores: fields, each with a tag and a size. A
// missing field leaves its value as constructed. A field with an unknown tag is
// refused by name, because counts could change without it.
//
//     document  format, parts                    (Header())
//     part      size (4), fields                 (Part())
//     field     tag (1), size (4), bytes         (Field())
//
// NOTE: stores hold the tags. The tag of a removed field is never reused. A new
// field gets a new tag, its default keeps the former behaviour, and the minor
// format goes up by one.
//
// Formats up to 8 have no tags: a document is a row of values, in the order of
// the parts and their fields. Load reads these, too. Added() marks a field that
// no document without tags has. FieldSince() marks one that only the later of
// them have.

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

// The format of stores. A build reads all majors up to its own, and documents
// of its own major that have no unknown field.
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
  // writes several values. Empty lists and texts are not written, so their
  // default must be empty.
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
  // A field that no document without tags has.
  template <class T>
  void Added(uint8_t tag, const T& value) {
    Field(tag, value);
  }
  // A field that documents without tags have from `revision` on.
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

  // Bytes written so far.
  size_t size() const { return bytes_->size(); }
  // Leaves out bytes that are put in here later. The sizes of what contains
  // them count them already.
  void LeaveOut(uint32_t size) { left_out_ += size; }

 private:
  template <class Write>
  void Sized(const Write& write) {
    const size_t at = bytes_->size();
    const size_t left_out = left_out_;
    out_.Put(uint32_t{0});
    write();
    const auto size = static_cast<uint32_t>(bytes_->size() - at - kSizeBytes +
                                            left_out_ - left_out);
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
  size_t left_out_ = 0;
};

class Load {
 public:
  static constexpr bool kLoads = true;
  explicit Load(std::string_view bytes) : in_(bytes) {}

  // Reads the header of a document. `revision`: that of the document around
  // this one, used if this one has no tags and no revision of its own.
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
  // True for format 8 and before, which are told apart by revision().
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
  // See Save. Calls nothing if the tag is missing.
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
  // `unknown`: the part of a later format in a document within this one.
  void Fail(const std::string& unknown = "") {
    if (ok()) unknown_ = unknown;
    failed_ = true;
  }
  // Names the later format of a document that is not damaged; else empty.
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
  // Finds the fields of a part. Fails if a tag occurs twice.
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
  std::vector<OneField> fields_;  // of all parts being read
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

// The number of elements that follow. Each takes at least a byte, so damaged
// data cannot exhaust memory.
template <class Archive>
uint64_t DoCount(Archive& archive, uint64_t count) {
  archive.Do(count);
  if constexpr (Archive::kLoads) {
    if (count > archive.left()) archive.Fail();
  }
  return archive.ok() ? count : 0;
}

// Elements larger than a plain value: calls each(element) for each. Loaded
// elements are appended to the list.
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

// One plain value of each element of a list; of(element) is a reference to it.
// The key column comes first and sets the number of elements. Other columns are
// not written if they are all 0.
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

// A value of an enumeration from 0 to `last`.
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

// A number from `least` to `most`; NaN fails.
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

// A time in milliseconds since the Unix epoch.
template <class Archive>
void DoTime(Archive& archive, int64_t& time_ms) {
  DoBetween(archive, time_ms, 0, kLastTimeMs);
}

}  // namespace plumbline
