#include "core/settings/nearest.h"

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

using Names = std::vector<std::string>;

TEST_CASE("the nearest names come first, at most so many") {
  const Names names = {"recall_binary", "accuracy", "balanced_accuracy", "r2"};
  CHECK(NearestNames("acuracy", names, 1) == Names{"accuracy"});
  CHECK(NearestNames("acucracy", names, 1) == Names{"accuracy"});
  CHECK(NearestNames("R2", names, 1) == Names{"r2"});
  CHECK(NearestNames("x", names).size() == 3);
  CHECK(NearestNames("x", {}).empty());
}

TEST_CASE("a name that is cut short, or in another case, is near") {
  CHECK(NearestNames("f1", {"r2", "f1_macro"}, 1) == Names{"f1_macro"});
  CHECK(NearestNames("UP", {"ip", "up"}, 1) == Names{"up"});
  CHECK(NearestNames("fraud-2", {"fraud", "fraud-1"}, 2) ==
        Names{"fraud", "fraud-1"});
}

TEST_CASE("a name is close to another by an edit for each three letters") {
  const Names names = {"label", "prediction", "id"};
  CHECK(CloseName("lable", names) == "label");
  CHECK(CloseName("Label", names) == "label");
  CHECK(CloseName("predictoin", names) == "prediction");
  CHECK(CloseName("pred", names) == "prediction");
  CHECK(CloseName("ID", names) == "id");
  CHECK(CloseName("weight", names).empty());
  CHECK(CloseName("at", names).empty());
  CHECK(CloseName("", names).empty());
  CHECK(CloseName("x", {}).empty());
}

TEST_CASE("a hint lists names in quotes, and is empty without any") {
  CHECK(NearestHint("b", {"a c"}) == "; the nearest: \"a c\"");
  CHECK(NearestHint("b", {}).empty());
  CHECK(ListNames({"5m", "1h"}) == "\"5m\", \"1h\"");
}
