#include "daemon/http/credentials.h"

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// "user|password", or empty.
std::string Basic(std::string_view header) {
  const Credentials read = ReadCredentials(header);
  const auto* basic = std::get_if<BasicCredentials>(&read);
  return basic == nullptr ? "" : basic->user + "|" + basic->password;
}

std::string Bearer(std::string_view header) {
  const Credentials read = ReadCredentials(header);
  const auto* bearer = std::get_if<BearerCredentials>(&read);
  return bearer == nullptr ? "" : std::string(bearer->token);
}

}  // namespace

TEST_CASE("a user and password are read, whatever the case of the scheme") {
  CHECK(Basic("Basic YWxpY2U6c2VjcmV0") == "alice|secret");
  CHECK(Basic("bAsIc YWxpY2U6c2VjcmV0") == "alice|secret");
  CHECK(Basic("Basic   YWxpY2U6c2VjcmV0") == "alice|secret");
  CHECK(Basic("Basic YTpiOmM=") == "a|b:c");  // a:b:c
  CHECK(Basic("Basic Og==") == "|");
}

TEST_CASE("what is no user and password is nothing") {
  for (const char* header :
       {"", "Basic", "Basic ", "YWxpY2U6c2VjcmV0", "Basic !!!!",
        "Basic YWxpY2U=",         // no colon
        "Basic YTpiAGM=",         // a NUL in the password
        "Basic YWxp=Y2U6c2Vj",    // padding within
        "BasicYWxpY2U6c2VjcmV0",  // no space
        "Digest username=\"a\""}) {
    INFO(header);
    CHECK(std::holds_alternative<std::monostate>(ReadCredentials(header)));
  }
}

TEST_CASE("a token is what stands behind its scheme") {
  CHECK(Bearer("Bearer abc.d-e_f~+/==") == "abc.d-e_f~+/==");
  CHECK(Bearer("bearer  abc") == "abc");
  CHECK(Bearer("Bearer").empty());
  CHECK(Bearer("Bearer   ").empty());
  CHECK(Bearer("Bearerabc").empty());
}
