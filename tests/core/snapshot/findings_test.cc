#include "core/snapshot/findings.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

// A version with findings of every kind.
struct Watched {
  Watched() {
    engine.settings.matrix_classes = 2;
    engine.settings.defaults.windows = {TimeWindow("1h", Engine::kHour)};
    engine.settings.defaults.drift.first = 10;
    engine.Use();
    const std::vector<std::string> classes = {"a", "b", "c"};
    for (size_t i = 0; i < 30; ++i) {
      engine.Post(
          {Both(classes[i % 3], classes[i % 2], "p" + std::to_string(i))});
    }
    model = engine.Model();
    window().expected = {{"accuracy", {.center = 0.9, .variance = 1e-6}}};
    model.anomaly_threshold = 0.001;
  }
  VersionSnapshot& version() { return model.versions.at(0); }
  WindowSnapshot& window() { return version().windows.at(0); }

  // Visits the findings of the window, then of the version.
  template <class Visit>
  void ForEach(Visit visit) {
    FindingList scratch;
    VisitFindings(WindowInput(model, window()), &scratch, visit);
    VisitFindings(version(), &scratch, visit);
  }
  // The kinds with findings, once for each run of findings of one kind.
  std::vector<std::string> Kinds() {
    std::vector<std::string> kinds;
    const FindingKind* last = nullptr;
    ForEach([&](const FindingKind& kind, const Finding&) {
      if (&kind != last) kinds.emplace_back(kind.key);
      last = &kind;
    });
    return kinds;
  }

  Engine engine;
  ModelSnapshot model;
};

std::string MetricOf(const FindingKind& kind, const Finding& finding) {
  return MetricName(kind.prefix, finding.name(),
                    finding.form() == FindingForm::kRatio);
}

TEST_CASE("Each kind of findings is visited once, in the order of the API") {
  Watched watched;
  CHECK(watched.Kinds() ==
        std::vector<std::string>{"metrics", "metrics", "anomalies", "drift",
                                 "class_metrics", "detectors"});
}

TEST_CASE("What a window has no ground for is not among its findings") {
  Watched watched;
  watched.window().expected.clear();
  watched.window().drift_reference = nullptr;
  watched.model.has_matrix = true;
  watched.version().counts = {};
  CHECK(watched.Kinds() ==
        std::vector<std::string>{"metrics", "class_metrics"});
}

TEST_CASE("Names and labels tell findings apart, and so do their places") {
  Watched watched;
  std::set<std::string> series;
  std::set<std::pair<std::string, std::vector<std::string>>> places;
  watched.ForEach([&](const FindingKind& kind, const Finding& finding) {
    std::string text = MetricOf(kind, finding);
    for (const FindingLabel& label : finding.labels()) {
      text += "," + std::string(label.name) + "=" + std::string(label.value);
    }
    INFO(text);
    CHECK(series.insert(text).second);
    const bool is_flag = finding.form() == FindingForm::kFlag;
    CHECK(places
              .insert({std::string(is_flag ? kind.flags_key : kind.key),
                       kind.path(finding)})
              .second);
  });
  CHECK(series.contains("plumbline_accuracy_ratio"));
  CHECK(series.contains("plumbline_anomaly_score,metric=accuracy"));
  CHECK(series.contains(
      "plumbline_drift_distance,of=prediction,feature=,measure=psi"));
  CHECK(series.contains("plumbline_class_support,class=a"));
  CHECK(places.contains({"metrics", {"f1_macro"}}));
  CHECK(places.contains({"drift", {"prediction", "observations", "window"}}));
  CHECK(places.contains({"detectors", {"adwin", "worse"}}));
}

TEST_CASE("Each finding has a family, and no family is declared twice") {
  std::set<std::string> families;
  for (const auto& list : {WindowFamilies(), VersionFamilies()}) {
    for (const FindingFamily& family : list) {
      INFO(family.metric);
      CHECK(families.insert(family.metric).second);
      CHECK_FALSE(family.help.empty());
    }
  }
  Watched watched;
  watched.ForEach([&](const FindingKind& kind, const Finding& finding) {
    INFO(finding.name());
    CHECK(families.contains(MetricOf(kind, finding)));
  });
}

TEST_CASE("What is anomalous, or has changed within a day, is told") {
  Watched watched;
  std::vector<std::string> told;
  const auto tell = [&](int64_t now_ms) {
    told.clear();
    for (const FindingKind& kind : FindingKinds()) {
      if (kind.tell_of_version != nullptr) {
        kind.tell_of_version(watched.version(), now_ms, &told);
      }
      if (kind.tell_of_window != nullptr) {
        kind.tell_of_window({watched.model, watched.window()}, &told);
      }
    }
  };
  const int64_t now_ms = watched.engine.now_ms;
  tell(now_ms);
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("accuracy over 1h is -"));
  watched.model.anomaly_threshold = 1e9;
  watched.version().counts[kDetection + size_t{kLastChangeMs}] =
      static_cast<uint64_t>(now_ms);
  tell(now_ms);
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("mean error changed from "));
  tell(now_ms + 2 * Engine::kDay);
  CHECK(told.empty());
}

}  // namespace
}  // namespace plumbline
