#include "core/model/assumed_positive.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

std::string Of(const std::vector<std::string>& classes) {
  AssumedPositive assumed;
  for (const std::string& name : classes) assumed.Add(name);
  return std::string(assumed.Get());
}

}  // namespace

TEST_CASE("one of a pair of classes is assumed positive, known or not yet") {
  CHECK(Of({}).empty());
  for (const auto& classes : std::vector<std::vector<std::string>>{
           {"0"}, {"1"}, {"0", "1"}, {"-1"}, {"-1", "1"}, {"1.0", "0.0"}}) {
    CHECK(Of(classes) == "1");
  }
  for (const auto& classes : std::vector<std::vector<std::string>>{
           {"false"}, {"true"}, {"false", "true"}, {"False", "True"}}) {
    CHECK(Of(classes) == "true");
  }
}

TEST_CASE("1 and true are one class, and 0 and false: the first spelling is") {
  CHECK(Of({"0", "true"}) == "true");
  CHECK(Of({"1", "false"}) == "1");
  CHECK(Of({"true", "1"}) == "true");
  CHECK(Of({"1", "true", "false"}) == "1");
  CHECK(Of({"-1", "true"}) == "true");
}

TEST_CASE("no other classes have an assumed positive one, in no order") {
  for (std::vector<std::string> classes :
       {std::vector<std::string>{"0", "1", "2"},
        {"-1", "0", "1"},
        {"-1", "0"},
        {"0", "cat"},
        {"cat"},
        {"yes", "no"},
        {"01", "1"},
        {"-1", "false"}}) {
    std::sort(classes.begin(), classes.end());
    do {
      CHECK(Of(classes).empty());
    } while (std::next_permutation(classes.begin(), classes.end()));
  }
}
