#include "config/reference.h"

#include <fstream>
#include <sstream>
#include <string>

#include "config/keys.h"
#include "tests/support/catch.h"

using namespace plumbline;

TEST_CASE("the page of keys is what the tables say: make reference") {
  std::ifstream file(PLUMBLINE_REFERENCE);
  std::ostringstream page;
  page << file.rdbuf();
  CHECK(page.str() == ReferencePage());
}

TEST_CASE(
    "a range is told by its ends, and an end that limits nothing is not") {
  CHECK(DurationRange({60'000, 86'400'000}) == "1m to 1d");
  CHECK(SizeRange({64 << 10, 64 << 20}) == "64KiB to 64MiB");
  CHECK(SizeRange({64 << 10, int64_t{1} << 46}) == "from 64KiB");
  CHECK(IntegerRange({2, 256}) == "2 to 256");
  CHECK(IntegerRange({1, INT64_MAX}) == "from 1");
  CHECK(NumberRange(range::kShare) == "0 to 1");
  CHECK(NumberRange(range::kAdwinDelta) == "above 0, below 1");
  CHECK(NumberRange(range::kPageHinkleyAlpha) == "above 0, at most 1");
  CHECK(NumberRange(range::kPageHinkleyDelta) == "from 0");
  CHECK(NumberRange(range::kDdmDrift) == "above 0");
}

TEST_CASE("a row of a table reads its key and tells its default") {
  struct Box {
    int64_t bytes = 1024;
    bool is_open = false;
  };
  const Keys<Box> keys = {
      Key<Box>::Size("bytes", {1, 4096}, &Box::bytes, "of the box"),
      Key<Box>::Either("lid", {"open", "shut"}, &Box::is_open, "of the box"),
  };
  CHECK(keys[0].text.fallback == "1KiB");
  CHECK(keys[1].text.fallback == "shut");
  CHECK(keys[1].text.range == "open or shut");

  std::vector<ConfigProblem> problems;
  YamlMap map(YAML::Load("{bytes: 2KiB, lid: open, key: 1}"), "box", &problems);
  Box box;
  ReadKeys(keys, &map, &box);
  CHECK(box.bytes == 2048);
  CHECK(box.is_open);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].path == "box.key");
}
