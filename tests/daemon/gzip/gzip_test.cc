#include "daemon/gzip/gzip.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/gzip.h"

using namespace plumbline;  // NOLINT: a test

namespace {

bool Always(size_t) { return true; }

// A file that is removed with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view bytes) {
    char name[] = "/tmp/plumbline-test-XXXXXX";
    const int fd = mkstemp(name);
    REQUIRE(fd >= 0);
    close(fd);
    path = name;
    std::ofstream(path, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::remove(path.c_str()); }
  std::string path;
};

}  // namespace

TEST_CASE("what is packed is unpacked, several members as one") {
  const std::string text(100'000, 'x');
  std::string out;
  CHECK(Gunzip(Gzip(text) + Gzip("tail"), 200'000, Always, &out) ==
        GunzipStatus::kOk);
  CHECK(out == text + "tail");
  CHECK(Gunzip(Gzip(""), 10, Always, &out) == GunzipStatus::kOk);
  CHECK(out.empty());
}

TEST_CASE("a bomb is stopped at the limit, before its bytes are made") {
  const std::string packed = Gzip(std::string(50'000'000, 'x'));
  std::string out;
  size_t granted = 0;
  const auto grow = [&granted](size_t n) {
    granted += n;
    return true;
  };
  CHECK(Gunzip(packed, 1'000'000, grow, &out) == GunzipStatus::kTooLarge);
  CHECK(granted < 2'000'000);
  CHECK(out.capacity() < 4'000'000);
}

TEST_CASE("exactly as much as is allowed is not too much") {
  std::string out;
  CHECK(Gunzip(Gzip("12345"), 5, Always, &out) == GunzipStatus::kOk);
  CHECK(Gunzip(Gzip("123456"), 5, Always, &out) == GunzipStatus::kTooLarge);
}

TEST_CASE("unpacking stops where memory is refused") {
  std::string out;
  CHECK(Gunzip(
            Gzip("text"), 100, [](size_t) { return false; }, &out) ==
        GunzipStatus::kRefused);
}

TEST_CASE("cut, damaged and trailing bytes are no gzip") {
  const std::string packed = Gzip("some text that is packed");
  std::string out;
  for (size_t size = 0; size < packed.size(); ++size) {
    CHECK(Gunzip(packed.substr(0, size), 1000, Always, &out) ==
          GunzipStatus::kBroken);
  }
  std::string damaged = packed;
  damaged[packed.size() - 6] ^= 1;  // its checksum
  CHECK(Gunzip(damaged, 1000, Always, &out) == GunzipStatus::kBroken);
  CHECK(Gunzip(packed + "x", 1000, Always, &out) == GunzipStatus::kBroken);
}

TEST_CASE("deflate is unpacked with zlib's header and without") {
  const std::string zlib(
      "\x78\x9c\x8b\x36\xd4\x51\x80\xa2\x58\x00\x0f\x83\x02\x61", 14);
  const std::string raw = zlib.substr(2, zlib.size() - 6);
  std::string out;
  for (const std::string& packed : {zlib, raw}) {
    CHECK(Inflate(packed, 12, Always, &out) == GunzipStatus::kOk);
    CHECK(out == "[1, 1, 1, 1]");
    CHECK(Inflate(packed, 11, Always, &out) == GunzipStatus::kTooLarge);
    CHECK(Inflate(packed + "x", 12, Always, &out) == GunzipStatus::kBroken);
    for (size_t size = 0; size < packed.size(); ++size) {
      CHECK(Inflate(packed.substr(0, size), 1000, Always, &out) ==
            GunzipStatus::kBroken);
    }
  }
  CHECK(Inflate("[1, 1, 1, 1]", 1000, Always, &out) == GunzipStatus::kBroken);
}

TEST_CASE("gzip is known by its first bytes") {
  CHECK(IsGzip(Gzip("")));
  CHECK_FALSE(IsGzip("\x1f"));
  CHECK_FALSE(IsGzip("{}"));
  CHECK_FALSE(IsGzip(""));
}

TEST_CASE("a file is read as it was before it was packed, of several members") {
  const std::string text = "one\n\nthree\nlast without an end";
  for (const std::string& bytes :
       {text, Gzip(text), Gzip(text.substr(0, 5)) + Gzip(text.substr(5))}) {
    const TemporaryFile file(bytes);
    const auto reader = FileReader::Open(file.path);
    REQUIRE(reader != nullptr);
    std::string read;
    while (reader->Append(&read)) {
    }
    CHECK(read == text);
    CHECK(reader->ok());
    CHECK(reader->progress() == Approx(1));
  }
}

TEST_CASE("a damaged file says so, and a missing one does not open") {
  const std::string packed = Gzip(std::string(10'000, 'x') + "\n");
  const TemporaryFile file(packed.substr(0, packed.size() / 2));
  const auto reader = FileReader::Open(file.path);
  REQUIRE(reader != nullptr);
  std::string read;
  while (reader->Append(&read)) {
  }
  CHECK_FALSE(reader->ok());
  CHECK(FileReader::Open("/nowhere/at/all") == nullptr);
}
