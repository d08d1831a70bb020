#include "daemon/http/metrics_page.h"

#include <algorithm>
#include <string>
#include <vector>

#include "daemon/gzip/gzip.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// The page of an engine with some models.
class Page {
 public:
  explicit Page(int models)
      : collector_(
            &engine_.pipeline.state(), [this] { return engine_.now_ms; },
            [] {
              DaemonFigures daemon;
              daemon.ready = daemon.recovered = true;
              return daemon;
            }),
        page_(&collector_, [this](double) { ++rendered; }) {
    for (int i = 0; i < models; ++i) {
      TestEvent event = Both("UP", "DOWN");
      event.model = "model " + std::to_string(i * 7919 % 104729);
      engine_.Post({event});
    }
  }
  HttpResponse Answer(bool gzip) { return page_.Answer(gzip); }

  int rendered = 0;

 private:
  Engine engine_;
  Collector collector_;
  MetricsPage page_;
};

std::string Sent(const HttpResponse& response) {
  std::string body;
  CHECK(response.pieces.send([&body](std::string_view piece) {
    body += piece;
    return true;
  }));
  CHECK(body.size() == response.pieces.size);
  return body;
}

bool Has(const HttpResponse& response, const std::string& name,
         const std::string& value) {
  return std::count(response.headers.begin(), response.headers.end(),
                    std::pair(name, value)) == 1;
}

}  // namespace

TEST_CASE("the page is the same text, packed and not") {
  Page page(300);
  const HttpResponse packed = page.Answer(true);
  const HttpResponse plain = page.Answer(false);
  CHECK(page.rendered == 2);
  CHECK(Has(packed, "Content-Encoding", "gzip"));
  CHECK(Has(packed, "Vary", "Accept-Encoding"));
  CHECK(Has(plain, "Vary", "Accept-Encoding"));
  CHECK(plain.headers.size() == 1);
  CHECK(plain.content_type == "text/plain; version=0.0.4; charset=utf-8");
  const std::string text = Sent(plain);
  std::string unpacked;
  CHECK(Gunzip(
            Sent(packed), 100'000'000, [](size_t) { return true; },
            &unpacked) == GunzipStatus::kOk);
  CHECK(unpacked == text);
  CHECK(text.find("plumbline_accuracy_ratio{model=\"model 7919\"") !=
        std::string::npos);
}

TEST_CASE("a client who takes no more ends the page") {
  Page page(300);
  for (const bool gzip : {true, false}) {
    int pieces = 0;
    CHECK_FALSE(page.Answer(gzip).pieces.send(
        [&pieces](std::string_view) { return ++pieces < 2; }));
    CHECK(pieces == 2);
  }
}

TEST_CASE("a client who is two pages late is cut") {
  Page page(300);
  for (const bool gzip : {true, false}) {
    const HttpResponse late = page.Answer(gzip);
    std::vector<HttpResponse> others;
    uint64_t sent = 0;
    CHECK_FALSE(late.pieces.send([&](std::string_view piece) {
      sent += piece.size();
      while (others.size() < 2) others.push_back(page.Answer(gzip));
      return true;
    }));
    CHECK(sent > 0);
    CHECK(sent < late.pieces.size);
    Sent(others[1]);
  }
}
