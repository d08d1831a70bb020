#include "daemon/store/answered_page.h"

#include <filesystem>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a page says what was set last, to another process, too") {
  const TemporaryDirectory directory;
  CHECK_FALSE(AnsweredPage::Read(directory.path).exists);
  const auto page = AnsweredPage::Make(directory.path, true, {7, 5, 32});
  REQUIRE(page != nullptr);
  for (uint64_t n = 8; n < 12; ++n) {
    const Answered answered = {n, 5, 32 * n};
    page->Set(answered);
    const auto found = AnsweredPage::Read(directory.path);
    REQUIRE(found.content);
    CHECK(found.content->answered == answered);
    CHECK(found.content->synced);
    CHECK(found.content->this_boot);
  }
}

TEST_CASE("a slot that is half written leaves the one before") {
  const TemporaryDirectory directory;
  {
    const auto page = AnsweredPage::Make(directory.path, false, {1, 1, 32});
    page->Set({2, 1, 64});
    page->Set({3, 1, 96});
  }
  const std::string whole = directory.Read("answered");
  int damaged_pages = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    directory.Write("answered", bytes);
    const auto found = AnsweredPage::Read(directory.path);
    REQUIRE(found.exists);
    if (!found.content) {
      ++damaged_pages;
      continue;
    }
    const uint64_t next = found.content->answered.next_sequence;
    REQUIRE((next == 3 || next == 2));
  }
  CHECK(damaged_pages == 64);  // the header
  directory.Write("answered", whole.substr(0, 4095));
  CHECK_FALSE(AnsweredPage::Read(directory.path).content);
  directory.Write("answered", std::string(4096, '\0'));
  CHECK_FALSE(AnsweredPage::Read(directory.path).content);
}

TEST_CASE("a page that cannot be made leaves the one that is there") {
  const TemporaryDirectory directory;
  AnsweredPage::Make(directory.path, false, {4, 1, 32});
  std::filesystem::create_directory(directory.path + "/answered.tmp");
  CHECK(AnsweredPage::Make(directory.path, false, {1, 1, 32}) == nullptr);
  CHECK(AnsweredPage::Read(directory.path).content->answered.next_sequence ==
        4);
}

TEST_CASE("a page that is removed or replaced is not there") {
  const TemporaryDirectory directory;
  const auto page = AnsweredPage::Make(directory.path, false, {});
  CHECK(page->IsThere());
  const std::string path = directory.path + "/answered";
  std::filesystem::rename(path, path + ".away");
  CHECK_FALSE(page->IsThere());
  std::filesystem::copy_file(path + ".away", path);
  CHECK_FALSE(page->IsThere());
  std::filesystem::rename(path + ".away", path);
  CHECK(page->IsThere());
}
