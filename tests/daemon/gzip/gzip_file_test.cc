#include "daemon/gzip/gzip_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>

#include "daemon/gzip/gzip.h"
#include "tests/support/catch.h"
#include "tests/support/temporary.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

struct Folder {
  std::string File(const char* name) const {
    return fs::path(root.path) / name;
  }
  const TemporaryDirectory root;
};

std::string Bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// nullopt if the file is incomplete.
std::optional<std::string> Unpacked(const std::string& path) {
  std::string out;
  const auto status = Gunzip(
      Bytes(path), 1 << 30, [](size_t) { return true; }, &out);
  if (status != GunzipStatus::kOk) return std::nullopt;
  return out;
}

std::string Lines(std::mt19937* random, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    lines += "{\"x\":" + std::to_string((*random)() % 1000) + "}\n";
  }
  return lines;
}

TEST_CASE("A gzip file cut at any byte is mended to what was flushed") {
  const Folder folder;
  std::mt19937 random(7);
  std::string all;
  std::vector<std::pair<size_t, size_t>> flushed;  // packed, plain
  {
    const auto file = GzipFile::Create(folder.File("whole"));
    REQUIRE(file != nullptr);
    for (int i = 0; i < 12; ++i) {
      const std::string lines = Lines(&random, 60);
      REQUIRE(file->Write(lines));
      all += lines;
      if (i % 3 != 2) continue;
      REQUIRE(file->Flush());
      flushed.emplace_back(file->bytes(), all.size());
    }
    REQUIRE(file->Finish());
  }
  REQUIRE(Unpacked(folder.File("whole")) == all);
  const std::string packed = Bytes(folder.File("whole"));
  for (size_t size = 0; size <= packed.size(); ++size) {
    const std::string cut = folder.File("cut");
    std::ofstream(cut, std::ios::binary) << packed.substr(0, size);
    size_t least = 0;
    for (const auto& [bytes, plain] : flushed) {
      if (bytes <= size) least = plain;
    }
    const Mended mended = MendGzipFile(cut);
    if (least == 0 && mended == Mended::kEmpty) continue;
    REQUIRE(mended == Mended::kYes);
    const auto left = Unpacked(cut);
    REQUIRE(left);
    CHECK(*left == all.substr(0, least));
  }
}

TEST_CASE("A gzip file is ended where it was flushed") {
  const Folder folder;
  std::mt19937 random(8);
  const auto file = GzipFile::Create(folder.File("a"));
  CHECK(file->empty());
  const std::string first = Lines(&random, 500);
  REQUIRE(file->Write(first));
  REQUIRE(file->Flush());
  REQUIRE(file->Write(Lines(&random, 100'000)));
  REQUIRE(file->Cut());
  CHECK(Unpacked(folder.File("a")) == first);
}

TEST_CASE("A file that is being written is left alone") {
  const Folder folder;
  const auto file = GzipFile::Create(folder.File("a"));
  REQUIRE(file->Write("line\n"));
  REQUIRE(file->Flush());
  CHECK(MendGzipFile(folder.File("a")) == Mended::kInUse);
  CHECK(GzipFile::Create(folder.File("a")) == nullptr);
  REQUIRE(file->Finish());
  CHECK(Unpacked(folder.File("a")) == "line\n");
}

}  // namespace
}  // namespace plumbline
