// The canonical spelling of a class.

#include "core/settings/class_text.h"

#include "core/settings/settings.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a class is spelled without white space at its ends") {
  CHECK(CanonicalClass(" yes\t\n") == "yes");
  CHECK(CanonicalClass("new york") == "new york");
  CHECK(CanonicalClass(" \r\n") == "");
}

TEST_CASE("an integer with zeros behind the point is the integer") {
  CHECK(CanonicalClass("1.0") == "1");
  CHECK(CanonicalClass("-12.000") == "-12");
  CHECK(CanonicalClass("0.0") == "0");
  CHECK(CanonicalClass("-0.0") == "0");
  CHECK(CanonicalClass("10") == "10");
}

TEST_CASE("what is no such integer stays as it is") {
  for (const auto* text : {"1.5", "1.", ".0", "1e0", "007", "007.0", "1.0.0",
                           "-", "-.0", "1.0a", "v1.0"}) {
    CHECK(CanonicalClass(text) == text);
  }
}

TEST_CASE("spellings of booleans are one") {
  for (const auto* text : {"True", "TRUE", "true"}) {
    CHECK(CanonicalClass(text) == "true");
  }
  for (const auto* text : {"False", "FALSE", " false"}) {
    CHECK(CanonicalClass(text) == "false");
  }
  CHECK(CanonicalClass("tRUE") == "tRUE");
  CHECK(IsSameClass("true", "1"));
  CHECK(IsSameClass("0", "false"));
  CHECK_FALSE(IsSameClass("true", "0"));
  CHECK_FALSE(IsSameClass("yes", ""));
}

TEST_CASE(
    "a class goes by its alias, then by the spelling that is configured") {
  ModelSettings rule;
  rule.classes = {"UP", "false"};
  rule.aliases = {{"up", "UP"}, {"1", "UP"}};
  CHECK(rule.ClassOf("up") == "UP");
  CHECK(rule.ClassOf(" up ") == "UP");
  CHECK(rule.ClassOf("1.0") == "UP");
  CHECK(rule.ClassOf("True") == "UP");
  CHECK(rule.ClassOf("0") == "false");
  CHECK(rule.ClassOf("down") == "down");
}
