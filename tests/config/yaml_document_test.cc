#include "config/yaml_document.h"

#include "tests/support/catch.h"

namespace plumbline {
namespace {

// The line of the problem in a text that is no document.
int LineOfProblem(const std::string& text) {
  std::vector<ConfigProblem> problems;
  CAPTURE(text);
  CHECK_FALSE(LoadDocument(text, &problems));
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0].message, Catch::Contains("YAML"));
  return problems[0].line;
}

TEST_CASE("a file has one document, or none") {
  std::vector<ConfigProblem> problems;
  for (const char* text :
       {"a: 1", "---\na: 1", "a: 1\n---\n", "---\na: 1\n...\n"}) {
    CAPTURE(text);
    const auto document = LoadDocument(text, &problems);
    REQUIRE(document);
    CHECK((*document)["a"].as<int>() == 1);
  }
  for (const char* text :
       {"", "# nothing\n", "---\n", "--- # none\n...\n", "null", "NULL",
        "~\r\n", "\xef\xbb\xbf# nothing\n", "\xef\xbb\xbf"}) {
    CAPTURE(text);
    const auto document = LoadDocument(text, &problems);
    REQUIRE(document);
    CHECK(document->IsNull());
  }
  CHECK(problems.empty());
}

TEST_CASE("more than one document is a problem of the second's line") {
  CHECK(LineOfProblem("a: 1\n---\nb: 2\n") == 2);
  CHECK(LineOfProblem("a: 1\n---\n---\nb: 2\n") == 3);
}

TEST_CASE("text in which YAML's parser finds no end is refused") {
  CHECK(LineOfProblem(", a") == 1);
  CHECK(LineOfProblem("a: 1\n---\n, b") == 3);
}

TEST_CASE("what is no YAML is a problem of its line") {
  CHECK(LineOfProblem("a: 1\n]") == 2);
  CHECK(LineOfProblem("a: b: c") == 1);
  CHECK(LineOfProblem("%") == 1);
  CHECK(LineOfProblem("# comment\n&&&\n") == 2);
}

}  // namespace
}  // namespace plumbline
