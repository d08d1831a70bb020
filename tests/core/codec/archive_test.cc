// Parts to bytes and back: in this format, a later one and a former one.

#include "core/codec/archive.h"

#include <string>
#include <string_view>
#include <vector>

#include "core/model/histogram.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

struct Inner {
  uint64_t count = 7;

  template <class Archive>
  void Fields(Archive& archive) {
    archive.Part("an inner part", [&] { archive.Field(1, count); });
  }
};

struct Whole {
  int64_t number = 5;
  std::string text;
  std::vector<uint32_t> list;
  std::vector<Inner> inner;
  bool added = true;

  template <class Archive>
  void Fields(Archive& archive) {
    archive.Part("a whole", [&] {
      archive.Field(1, number);
      archive.Field(2, text);
      archive.Field(3, list);
      archive.Field(4, [&] {
        DoEach(archive, inner, [&](Inner& one) { one.Fields(archive); });
      });
      archive.Added(5, added);
    });
  }
};

Whole Some() {
  return {.number = 1,
          .text = "two",
          .list = {3, 4},
          .inner = {{5}, {6}},
          .added = false};
}

template <class Part>
std::string Written(Part part) {
  std::string bytes;
  Save save(&bytes);
  save.Header();
  part.Fields(save);
  return bytes;
}

template <class Part>
bool Reads(const std::string& bytes, Part* part, std::string* unknown) {
  Load load(bytes);
  load.Header();
  if (load.ok()) part->Fields(load);
  *unknown = load.unknown();
  return load.ok() && load.AtEnd();
}

// As messages name a format of this minor number.
std::string FormatOf(int64_t major) {
  return std::to_string(major) + "." + std::to_string(kFormatMinor);
}

// A part with these fields, which are all numbers.
std::string WithFields(const std::vector<uint8_t>& tags) {
  std::string bytes;
  Save save(&bytes);
  save.Header();
  save.Part("", [&] {
    for (const uint8_t tag : tags) save.Field(tag, int64_t{9});
  });
  return bytes;
}

}  // namespace

TEST_CASE("what is written is read") {
  Whole read;
  std::string unknown;
  REQUIRE(Reads(Written(Some()), &read, &unknown));
  CHECK(read.number == 1);
  CHECK(read.text == "two");
  CHECK(read.list == std::vector<uint32_t>{3, 4});
  REQUIRE(read.inner.size() == 2);
  CHECK(read.inner[1].count == 6);
  CHECK_FALSE(read.added);
}

TEST_CASE("a field that is missing keeps its default") {
  Whole read;
  std::string unknown;
  REQUIRE(Reads(WithFields({}), &read, &unknown));
  CHECK(read.number == 5);
  CHECK(read.added);
  REQUIRE(Reads(WithFields({1}), &read, &unknown));
  CHECK(read.number == 9);
}

TEST_CASE("a field that is not known is refused by name") {
  Whole read;
  std::string unknown;
  CHECK_FALSE(Reads(WithFields({1, 77}), &read, &unknown));
  CHECK(unknown.find("field 77 of a whole") != std::string::npos);
  CHECK(unknown.find(FormatOf(kFormatMajor)) != std::string::npos);
}

TEST_CASE("a document of a later major format is refused") {
  std::string bytes = Written(Some());
  const int64_t later = -(kFormatMajor + 1);
  bytes.replace(0, sizeof(later), reinterpret_cast<const char*>(&later),
                sizeof(later));
  Whole read;
  std::string unknown;
  CHECK_FALSE(Reads(bytes, &read, &unknown));
  CHECK(unknown.find(FormatOf(kFormatMajor + 1)) != std::string::npos);
}

TEST_CASE("a field that is there twice is refused") {
  Whole read;
  std::string unknown;
  CHECK_FALSE(Reads(WithFields({1, 1}), &read, &unknown));
  CHECK(unknown.empty());
}

TEST_CASE("a field of another size is refused") {
  std::string bytes;
  Save save(&bytes);
  save.Header();
  save.Part("", [&] { save.Field(1, uint8_t{9}); });
  Whole read;
  std::string unknown;
  CHECK_FALSE(Reads(bytes, &read, &unknown));
  bytes.clear();
  save.Header();
  save.Part("", [&] {
    save.Field(1, [&] {
      save.Do(int64_t{1});
      save.Do(uint8_t{2});
    });
  });
  CHECK_FALSE(Reads(bytes, &read, &unknown));
}

TEST_CASE("bytes that are cut anywhere, or go on, are refused") {
  const std::string whole = Written(Some());
  std::string unknown;
  for (size_t size = 0; size < whole.size(); ++size) {
    Whole read;
    INFO(size);
    CHECK_FALSE(Reads(whole.substr(0, size), &read, &unknown));
  }
  Whole read;
  CHECK_FALSE(Reads(whole + "x", &read, &unknown));
}

TEST_CASE("the former format is values in a row, without what was added") {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Put(int64_t{1});
  out.PutBytes("two");
  out.PutBytes({"\x03\0\0\0", 4});
  out.Put(uint64_t{1});  // number of inner parts
  out.Put(uint64_t{5});
  Whole read;
  std::string unknown;
  REQUIRE(Reads(bytes, &read, &unknown));
  CHECK(read.text == "two");
  CHECK(read.list == std::vector<uint32_t>{3});
  CHECK(read.inner.at(0).count == 5);
  CHECK(read.added);
}

namespace {

struct Row {
  uint32_t key = 0;
  uint64_t count = 0;
  bool set = false;
};

struct Table {
  std::vector<Row> rows;

  template <class Archive>
  void Fields(Archive& archive) {
    archive.Part("a table", [&] {
      constexpr bool kKey = true;
      Column(
          archive, 1, rows, [](auto& r) -> auto& { return r.key; }, kKey);
      Column(
          archive, 2, rows, [](auto& r) -> auto& { return r.count; }, !kKey);
      Column(
          archive, 3, rows, [](auto& r) -> auto& { return r.set; }, !kKey);
    });
  }
};

}  // namespace

TEST_CASE("columns are read, and those that are all 0 take no bytes") {
  std::string unknown;
  Table read;
  REQUIRE(
      Reads(Written(Table{{{0, 7, true}, {2, 0, false}}}), &read, &unknown));
  REQUIRE(read.rows.size() == 2);
  CHECK(read.rows[0].count == 7);
  CHECK(read.rows[0].set);
  CHECK(read.rows[1].key == 2);
  const std::string zeros = Written(Table{{{0, 0, false}, {0, 0, false}}});
  CHECK(zeros.size() < 40);
  Table read_zeros;
  REQUIRE(Reads(zeros, &read_zeros, &unknown));
  CHECK(read_zeros.rows.size() == 2);
}

TEST_CASE("a histogram of other bounds counts in those of this build") {
  const std::array<double, 4> former = {1, 2, 4, 8};
  const std::array<double, 3> present = {2, 5, 8};
  // Counts: 10 up to 1, 20 up to 2, 40 up to 4, 80 up to 8, and 160 beyond.
  std::vector<uint64_t> cells = {99, 10, 20, 40, 80, 160};
  std::string bytes;
  Save save(&bytes);
  DoHistogram(save, former, cells.data());
  Load load(bytes);
  std::vector<uint64_t> read(HistogramCells(present));
  DoHistogram(load, present, read.data());
  REQUIRE(load.ok());
  CHECK(read == std::vector<uint64_t>{99, 30, 40, 80, 160});
}
