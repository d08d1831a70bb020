#include "daemon/eventlog/records.h"

#include "tests/daemon/decode/decoding.h"

namespace plumbline {
namespace {

constexpr auto kEvent =
    R"({"metadata":{"a": 1, "b": [2]},"model":"m","id": "\u0069d",)"
    R"("features":{"x":1.50,"email":"e"},"prediction":"UP","label":"DOWN"})";

// The request of one accepted event that completes a pair.
LoggedRequest Logged(const std::string& event) {
  DecodeLimits limits;
  limits.keeps_values = true;
  LoggedRequest request;
  request.sent = DecodeOne(event, limits).body.sent;
  request.events.push_back({0, {.prediction = true, .label = true}});
  BatchReport::Pair pair;
  pair.version = "";
  pair.prediction = "UP";
  pair.label = "DOWN";
  pair.score = 0.25;
  request.pairs.push_back(pair);
  return request;
}

std::string Written(const LoggedRequest& request,
                    const std::vector<std::string>& redacted = {}) {
  std::string written;
  WriteRecords(request, Redaction(redacted),
               [&](const std::string& lines) { written += lines; });
  return written;
}

TEST_CASE("An event is logged as its halves and its pair, field by field") {
  const LoggedRequest request = Logged(kEvent);
  const std::string written = Written(request);
  const std::string time = R"("time":"1970-01-01T00:00:00.000Z","model":"m")";
  CHECK(written ==
        R"({"kind":"prediction",)" + time +
            R"(,"version":"","id":"id","prediction":"UP",)"
            R"("features":{"x":1.5,"email":"e"},)"
            R"("metadata":{"a":1,"b":[2]}})"
            "\n"
            R"({"kind":"label",)" +
            time +
            R"(,"id":"id","label":"DOWN","metadata":{"a":1,"b":[2]}})"
            "\n"
            R"({"kind":"observation",)" +
            time +
            R"(,"version":"","id":"id","prediction":"UP","label":"DOWN",)"
            R"("score":0.25})"
            "\n");
  CHECK(CountRecords(written) == request.Records());
}

TEST_CASE("What is redacted is not seen, whole fields and entries") {
  LoggedRequest request = Logged(kEvent);
  request.pairs.clear();
  request.events[0].taken.label = false;
  const std::string written =
      Written(request, {"metadata", "features.email", "id"});
  CHECK(written.find(R"("id":"<redacted>","prediction":"UP",)"
                     R"("features":{"x":1.5,"email":"<redacted>"},)"
                     R"("metadata":"<redacted>"})") != std::string::npos);
}

TEST_CASE("Only events that did something have lines") {
  LoggedRequest request = Logged(kEvent);
  request.events.clear();
  request.pairs.clear();
  CHECK(Written(request).empty());
}

}  // namespace
}  // namespace plumbline
