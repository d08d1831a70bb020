// The exposition, sample by sample. tests/integration passes the whole to
// promtool and a real Prometheus.

#include "exporters/prometheus/collector.h"

#include <set>
#include <sstream>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/exposition.h"

using namespace plumbline;  // NOLINT: a test

namespace {

std::string Exposed(const Engine& engine, bool ready = true,
                    DaemonFigures daemon = {}) {
  daemon.ready = daemon.recovered = ready;
  const Collector collector(
      &engine.pipeline.state(), [&engine] { return engine.now_ms; },
      [daemon] { return daemon; });
  return Exposition(collector);
}

bool Has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a model's totals, windows, cells and figures are exposed") {
  Engine engine;
  engine.Post(
      {Prediction("a", "UP"), Label("a", "DOWN"), Prediction("b", "UP")});
  const std::string text = Exposed(engine);
  const std::string of = R"({model="m",version="1")";
  CHECK(Has(text, "plumbline_predictions_total" + of + "} 2"));
  CHECK(Has(text, "plumbline_pending_predictions" + of + "} 1"));
  CHECK(Has(text, R"(plumbline_labels_total{model="m"} 1)"));
  CHECK(Has(text,
            "plumbline_window_observations" + of + R"(,window="last_10"} 1)"));
  CHECK(Has(text, "plumbline_confusion_observations" + of +
                      R"(,window="1h",actual="DOWN",predicted="UP"} 1)"));
  CHECK(Has(text, "plumbline_accuracy_ratio" + of + R"(,window="1h"} 0)"));
  CHECK(Has(text,
            "plumbline_label_coverage_ratio" + of + R"(,window="1h"} 0.5)"));
  CHECK(Has(text, "plumbline_outcomes_total" + of +
                      R"(,actual="DOWN",predicted="UP"} 1)"));
  CHECK(Has(text, R"(plumbline_duplicates_total{model="m",kind="label"} 0)"));
}

TEST_CASE("an empty window shows its counts and no ratio") {
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  const std::string text = Exposed(engine);
  CHECK(Has(text, R"(plumbline_window_observations{model="m",version="1",)"
                  R"(window="1h"} 0)"));
  CHECK(text.find("plumbline_accuracy_ratio") == std::string::npos);
  CHECK(text.find("nan") == std::string::npos);
}

TEST_CASE("cells end beyond the limit of classes, the rest goes on") {
  Engine engine;
  engine.settings.matrix_classes = 2;
  engine.Use();
  engine.Post({Both("a", "b"), Both("c", "c")});
  const std::string text = Exposed(engine);
  CHECK(text.find("plumbline_confusion_observations") == std::string::npos);
  CHECK(text.find("plumbline_outcomes_total") == std::string::npos);
  CHECK(Has(text, R"(plumbline_class_support{model="m",version="1",)"
                  R"(window="1h",class="b"} 1)"));
  CHECK(Has(text, R"(plumbline_accuracy_ratio{model="m",version="1",)"
                  R"(window="1h"} 0.5)"));
}

TEST_CASE("until recovery has finished only the daemon is shown") {
  Engine engine;
  engine.Post({Both("a", "a")});
  const std::string text = Exposed(engine, false);
  CHECK(Has(text, "plumbline_ready 0"));
  CHECK(text.find("model=") == std::string::npos);
}

TEST_CASE("every reason of rejection is there from the start") {
  const std::string text = Exposed(Engine());
  for (size_t i = 1; i < kRejectCount; ++i) {
    const std::string reason(RejectName(static_cast<Reject>(i)));
    CHECK(Has(text, "plumbline_ingest_rejected_events_total{reason=\"" +
                        reason + "\"} 0"));
  }
}

TEST_CASE("every reason of warning is there from the start") {
  for (size_t i = 0; i < kWarningCount; ++i) {
    const std::string reason(WarningName(static_cast<Warning>(i)));
    const std::string sample =
        "plumbline_ingest_warnings_total{reason=\"" + reason + "\"} ";
    CHECK(Has(Exposed(Engine(), false), sample + "0"));
    DaemonFigures daemon;
    daemon.ingest.resize(1);
    daemon.ingest[0].warned[i] = 3;
    CHECK(Has(Exposed(Engine(), false, daemon), sample + "3"));
  }
}

TEST_CASE("rejections of a known model are there from its first scrape") {
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  DaemonFigures daemon;
  daemon.rejections.by_model["m"][static_cast<size_t>(Reject::kTooLong)] = 2;
  daemon.rejections.by_model["gone"][1] = 1;
  const std::string text = Exposed(engine, true, daemon);
  const std::string of = R"(plumbline_rejected_events_total{model="m",reason=)";
  CHECK(Has(text, of + R"("too_long"} 2)"));
  CHECK(Has(text, of + R"("unknown_field"} 0)"));
  CHECK(text.find(R"(model="gone")") == std::string::npos);
  CHECK(Exposed(engine, false, daemon).find("plumbline_rejected_events") ==
        std::string::npos);
}

TEST_CASE("histograms are cumulative, and the delay is from both times") {
  Engine engine;
  TestEvent prediction = Prediction("a", "UP");
  prediction.timestamp = static_cast<double>(engine.now_ms) / 1000 - 100;
  prediction.latency = 0.02;
  engine.Post({prediction, Label("a", "UP")});
  const std::string text = Exposed(engine);
  const std::string delay = "plumbline_label_delay_seconds_";
  CHECK(Has(text, delay + R"(bucket{model="m",le="60"} 0)"));
  CHECK(Has(text, delay + R"(bucket{model="m",le="300"} 1)"));
  CHECK(Has(text, delay + R"(bucket{model="m",le="+Inf"} 1)"));
  CHECK(Has(text, delay + R"(sum{model="m"} 100)"));
  CHECK(Has(text, R"(plumbline_prediction_latency_seconds_count)"
                  R"({model="m",version="1"} 1)"));
}

TEST_CASE("label values are escaped") {
  Engine engine;
  TestEvent event = Both("UP", "UP");
  event.model = "quo\"te\\d";
  engine.Post({event});
  CHECK(Exposed(engine).find(R"(model="quo\"te\\d")") != std::string::npos);
}

TEST_CASE("figures are withheld until enough of their window is labelled") {
  Engine engine;
  engine.settings.defaults.min_coverage = 0.5;
  engine.Use();
  engine.Post({Prediction("a", "UP"), Prediction("b", "UP"),
               Prediction("c", "UP"), Label("a", "UP")});
  std::string text = Exposed(engine);
  const std::string of = R"({model="m",version="1")";
  const std::string hour = R"(,window="1h"})";
  CHECK(Has(text, "plumbline_withheld" + of + hour + " 1"));
  CHECK(text.find("plumbline_accuracy_ratio" + of + hour) == std::string::npos);
  CHECK(text.find("plumbline_class_recall_ratio" + of + R"(,window="1h")") ==
        std::string::npos);
  // Counts are still shown, and a last-N window has no coverage.
  CHECK(Has(text, "plumbline_window_observations" + of + hour + " 1"));
  CHECK(Has(text,
            "plumbline_class_support" + of + R"(,window="1h",class="UP"} 1)"));
  CHECK(Has(text, "plumbline_accuracy_ratio" + of + R"(,window="last_10"} 1)"));
  CHECK(text.find("plumbline_withheld" + of + R"(,window="last_10"})") ==
        std::string::npos);

  engine.Post({Label("b", "DOWN")});
  text = Exposed(engine);
  CHECK(Has(text, "plumbline_withheld" + of + hour + " 0"));
  CHECK(Has(text, "plumbline_accuracy_ratio" + of + hour + " 0.5"));

  // A reload takes effect at once.
  engine.settings.defaults.min_coverage = 0;
  engine.Use();
  CHECK(Exposed(engine).find("plumbline_withheld") == std::string::npos);
}

TEST_CASE("a family stands together, however many samples and models it has") {
  Engine engine;
  for (int model = 0; model < 100; ++model) {
    TestEvent event = Both("UP", model % 2 ? "UP" : "DOWN");
    event.model = "m" + std::to_string(model);
    engine.Post({event});
  }
  std::istringstream text(Exposed(engine));
  std::string line, family;
  std::set<std::string> families;
  int totals = 0;
  while (std::getline(text, line)) {
    std::istringstream words(line);
    std::string first, keyword, name;
    words >> first >> keyword >> name;
    if (first == "#" && keyword == "HELP") {
      family = name;
      CHECK(families.insert(family).second);
      std::getline(text, line);
      CHECK(line.starts_with("# TYPE " + family + " "));
    } else {
      CHECK(line.starts_with(family));
    }
    totals += line.starts_with("plumbline_observations_total{");
  }
  CHECK(totals == 100);
  CHECK(families.count("plumbline_label_delay_seconds") == 1);
}
