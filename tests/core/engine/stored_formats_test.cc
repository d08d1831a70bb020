// States of former versions, from the seeds of the fuzzers, load.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "core/engine/pipeline.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/stored_state.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// Calls visit(path, bytes) for each seed. Returns their number.
template <class Visit>
int ForEachSeed(const char* fuzzer, Visit visit) {
  int count = 0;
  const auto directory = std::filesystem::path(PLUMBLINE_CORPUS) / fuzzer;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (!entry.path().filename().string().starts_with("format_")) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    visit(entry.path().string(), bytes);
    ++count;
  }
  return count;
}

// What windows take is a matter of the build.
std::string WithoutMemory(const std::string& described) {
  static const std::regex kMemory("^(remembered [0-9]+) windows [0-9]+");
  return std::regex_replace(described, kMemory, "$1",
                            std::regex_constants::format_first_only);
}

}  // namespace

TEST_CASE("states that were stored load, and can be stored again") {
  const int count = ForEachSeed("state", [](const auto& path,
                                            const std::string& bytes) {
    INFO(path);
    const StoredState stored = DecodeStored(bytes);
    Pipeline pipeline(nullptr);
    REQUIRE(pipeline.Restore(stored.image));
    CHECK_FALSE(
        Describe(pipeline.state(), pipeline.state().gauges().now_ms).empty());
    pipeline.Exclusively([](State* state) {
      for (Model* model : state->models().Get()) model->dirty = true;
      CHECK(Pipeline(nullptr).Restore(SaveState(state)));
    });
  });
  CHECK(count >= 8);
}

TEST_CASE("states that were stored are shown as they were then") {
  int described = 0;
  ForEachSeed(
      "state", [&described](const std::string& path, const std::string& bytes) {
        const auto name = std::filesystem::path(path).filename();
        std::ifstream in(std::filesystem::path(PLUMBLINE_DATA) / "described" /
                         name);
        if (!in.is_open()) return;
        INFO(path);
        const std::string then{std::istreambuf_iterator<char>(in), {}};
        Pipeline pipeline(nullptr);
        REQUIRE(pipeline.Restore(DecodeStored(bytes).image));
        CHECK(WithoutMemory(Describe(
                  pipeline.state(), pipeline.state().gauges().now_ms)) == then);
        ++described;
      });
  CHECK(described >= 9);
}

TEST_CASE("records that were journalled are read, and can be applied") {
  const int count =
      ForEachSeed("group", [](const auto& path, const std::string& bytes) {
        INFO(path);
        CHECK(DecodeGroup(bytes));
        CHECK(Pipeline(nullptr).Replay(bytes) == Pipeline::Status::kApplied);
      });
  CHECK(count >= 8);
}
