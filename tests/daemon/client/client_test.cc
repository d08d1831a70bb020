#include "daemon/client/client.h"

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a message shows no password") {
  CHECK(ShownUrl("http://alice:secret@host:9351/x") == "http://host:9351/x");
  CHECK(ShownUrl("http://alice:p@ss@host") == "http://host");
  CHECK(ShownUrl("alice:secret@host") == "host");
  CHECK(ShownUrl("http://host:9351/a@b") == "http://host:9351/a@b");
  CHECK(ShownUrl("http://host") == "http://host");
}
