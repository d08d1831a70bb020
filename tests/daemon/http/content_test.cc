#include "daemon/http/content.h"

#include <string>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("the names of JSON lines in use are known") {
  for (const std::string type :
       {"application/x-ndjson", "application/ndjson", "application/jsonl",
        "application/x-jsonl", "application/jsonlines",
        "application/x-jsonlines", "application/json-lines",
        "application/x-json-stream", "application/stream+json",
        "application/x-ldjson", "text/x-ndjson", "text/jsonl",
        " Application/X-NDJSON ; charset=utf-8"}) {
    CAPTURE(type);
    CHECK(FormatNamed(type) == BodyFormat::kNdjson);
  }
}

TEST_CASE("a type that says little leaves the format to the body") {
  for (const std::string type :
       {"", " ", "text/plain", "text/plain;charset=UTF-8", "text/json",
        "application/x-json", "application/x-www-form-urlencoded", ";"}) {
    CAPTURE(type);
    CHECK(FormatNamed(type) == BodyFormat::kUnknown);
  }
  CHECK(FormatNamed("APPLICATION/JSON\t;charset=utf-8") == BodyFormat::kJson);
  CHECK(IsForm("Application/x-www-form-urlencoded; charset=utf-8"));
  CHECK(!IsForm("text/plain"));
}

TEST_CASE("other types are not known") {
  for (const std::string type :
       {"text/csv", "text/html", "application/xml", "application/octet-stream",
        "application/cloudevents+json", "application/json-seq", "json",
        "image/json", "x-ndjson", "application/jsonx", "application/"}) {
    CAPTURE(type);
    CHECK(FormatNamed(type) == std::nullopt);
  }
}

TEST_CASE("codings are known by any of their names, one at a time") {
  for (const std::string plain :
       {"", " ", "identity", "Identity", ",", "identity, identity"}) {
    CAPTURE(plain);
    CHECK(CodingNamed(plain) == Coding::kIdentity);
  }
  for (const std::string gzip :
       {"gzip", "x-gzip", "GZIP", " X-Gzip\t", "gzip, identity", ",gzip"}) {
    CAPTURE(gzip);
    CHECK(CodingNamed(gzip) == Coding::kGzip);
  }
  CHECK(CodingNamed("Deflate") == Coding::kDeflate);
  for (const std::string other :
       {"br", "zstd", "compress", "gzip, gzip", "deflate, gzip", "gzip br"}) {
    CAPTURE(other);
    CHECK(CodingNamed(other) == std::nullopt);
  }
}

TEST_CASE("gzip is accepted where it is named, unless its weight is 0") {
  for (const std::string list :
       {"gzip", "GZIP", "deflate, gzip", "gzip;q=1.0, identity",
        "br,gzip;q=0.1", "identity;q=0.5 , gzip ;q=1"}) {
    CAPTURE(list);
    CHECK(AcceptsGzip(list));
  }
  for (const std::string list :
       {"", "identity", "gzip;q=0", "deflate, gzip;q=0.0", "xgzip", "gzip2"}) {
    CAPTURE(list);
    CHECK_FALSE(AcceptsGzip(list));
  }
}
