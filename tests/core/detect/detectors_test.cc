#include "core/detect/detectors.h"

#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/codec/archive.h"
#include "core/detect/adwin.h"
#include "core/detect/mean_detectors.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

DetectorSettings All() {
  return {AdwinSettings{}, PageHinkleySettings{.threshold = 10}, DdmSettings{},
          HddmSettings{}};
}

struct Found {
  DetectorKind kind;
  size_t at;
  Change change;
};

// Adds errors with rate `before`, and from `step` on with rate `after`.
std::vector<Found> Run(Detectors* detectors, unsigned seed, size_t from,
                       size_t to, double before, double after, size_t step) {
  std::mt19937 random(seed);
  std::vector<Found> found;
  for (size_t i = 0; i < to; ++i) {
    const double rate = i < step ? before : after;
    const bool wrong = static_cast<double>(random() % 1000) < rate * 1000;
    if (i < from) continue;
    detectors->Add(wrong ? 1 : 0, [&](DetectorKind kind, const Change& change) {
      found.push_back({kind, i, change});
    });
  }
  return found;
}

std::string Saved(Detectors& detectors) {
  std::string bytes;
  Save save(&bytes);
  detectors.Fields(save);
  return bytes;
}

std::optional<DetectorSnapshot> Of(const Engine& engine, DetectorKind kind) {
  for (const auto& detector : DetectorsOf(engine.Model().versions.at(0))) {
    if (detector.kind == kind) return detector;
  }
  return std::nullopt;
}

void PostPairs(Engine* engine, int n, bool wrong) {
  for (int i = 0; i < n; ++i) engine->Post({Both("a", wrong ? "b" : "a")});
}

}  // namespace

TEST_CASE("each detector finds a rise of the error, soon") {
  for (size_t kind = 0; kind < kDetectors; ++kind) {
    Detectors detectors;
    detectors.Configure(All(), true);
    const auto found = Run(&detectors, 1, 0, 4000, 0.1, 0.5, 3000);
    const auto first =
        std::find_if(found.begin(), found.end(), [kind](const Found& f) {
          return f.kind == static_cast<DetectorKind>(kind) && f.at >= 3000;
        });
    INFO(DetectorName(static_cast<DetectorKind>(kind)));
    REQUIRE(first != found.end());
    CHECK(first->at < 3200);
    CHECK(first->change.worse());
    CHECK(first->change.before < 0.2);
  }
}

TEST_CASE("a fall of the error is a change for the better") {
  Detectors detectors;
  detectors.Configure(All(), true);
  bool adwin = false;
  bool hddm = false;
  for (const Found& f : Run(&detectors, 2, 0, 4000, 0.5, 0.1, 3000)) {
    if (f.at < 3000) continue;
    CHECK_FALSE(f.change.worse());
    adwin = adwin || f.kind == DetectorKind::kAdwin;
    hddm = hddm || f.kind == DetectorKind::kHddmA;
  }
  CHECK(adwin);
  CHECK(hddm);
}

TEST_CASE("ADWIN forgets errors however large they were") {
  for (const double huge : {1e6, 1e10, 1e17, 1e100}) {
    std::mt19937 random(1);
    std::normal_distribution<double> usual;
    Adwin adwin(AdwinSettings{});
    int late = 0;
    for (int i = 0; i < 40'000; ++i) {
      const bool bad = i >= 5000 && i < 5200;
      const auto change = adwin.Add(bad ? huge : std::fabs(usual(random)));
      late += change && i > 10'000;
    }
    INFO(huge);
    CHECK(late < 10);
    CHECK(adwin.width() > 10'000);
    CHECK(adwin.evidence().threshold < 1);
  }
}

TEST_CASE("HDDM_A shows how near an improvement is, too") {
  HddmA hddm(HddmSettings{});
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) hddm.Add(random() % 2);
  int shown = 0;
  int pairs = 0;
  for (; !hddm.Add(0); ++pairs) shown += hddm.evidence().threshold > 0;
  CHECK(pairs > 5);
  CHECK(shown == pairs);
}

TEST_CASE("what was saved goes on like the original") {
  for (const size_t cut : {0, 1, 31, 777, 3100}) {
    Detectors whole;
    whole.Configure(All(), true);
    Run(&whole, 3, 0, cut, 0.2, 0.6, 3000);
    Detectors loaded;
    loaded.Configure(All(), true);
    const std::string bytes = Saved(whole);
    Load load(bytes);
    loaded.Fields(load);
    REQUIRE(load.ok());
    REQUIRE(load.AtEnd());
    const auto expected = Run(&whole, 3, cut, 5000, 0.2, 0.6, 3000);
    const auto found = Run(&loaded, 3, cut, 5000, 0.2, 0.6, 3000);
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].at == expected[i].at);
      CHECK(found[i].change.after == expected[i].change.after);
    }
    CHECK(Saved(whole) == Saved(loaded));
  }
}

TEST_CASE("what is damaged is not loaded") {
  Detectors whole;
  whole.Configure(All(), true);
  Run(&whole, 3, 0, 500, 0.2, 0.6, 3000);
  const std::string bytes = Saved(whole);
  for (const size_t length : {size_t{0}, size_t{50}, bytes.size() - 1}) {
    Detectors loaded;
    loaded.Configure(All(), true);
    Load load(std::string_view(bytes).substr(0, length));
    loaded.Fields(load);
    CHECK_FALSE(load.ok());
  }
}

TEST_CASE("a reload begins anew only what it changes") {
  Engine engine;
  engine.settings.defaults.detectors = All();
  engine.Use();
  PostPairs(&engine, 100, false);
  PostPairs(&engine, 100, true);
  const auto adwin = Of(engine, DetectorKind::kAdwin);
  const auto hddm = Of(engine, DetectorKind::kHddmA);
  REQUIRE(adwin);
  REQUIRE(hddm);
  CHECK(adwin->worse > 0);
  engine.settings.defaults.detectors.hddm_a->confidence = 0.01;
  engine.settings.defaults.detectors.ddm.reset();
  engine.Use();
  CHECK(Of(engine, DetectorKind::kAdwin)->evidence.statistic ==
        adwin->evidence.statistic);
  CHECK(Of(engine, DetectorKind::kHddmA)->evidence.threshold == 0);
  // Changes found before stay counted.
  CHECK(Of(engine, DetectorKind::kHddmA)->worse == hddm->worse);
  CHECK_FALSE(Of(engine, DetectorKind::kDdm));
}

TEST_CASE("a corrected label does not change what detectors have seen") {
  Engine engine;
  engine.Use();
  for (int i = 0; i < 640; ++i) {
    const std::string id = std::to_string(i);
    engine.Post({Both("a", i < 320 ? "a" : "b", id)});
  }
  const auto before = Of(engine, DetectorKind::kAdwin);
  for (int i = 320; i < 640; ++i) {
    engine.Post({Label(std::to_string(i), "a")});
  }
  REQUIRE(engine.Count(kCorrections) == 320);
  const auto after = Of(engine, DetectorKind::kAdwin);
  CHECK(before->worse > 0);
  CHECK(after->worse == before->worse);
  CHECK(after->evidence.statistic == before->evidence.statistic);
}

TEST_CASE("the outcome tells of each change, with its place") {
  Engine engine;
  engine.Use();
  std::vector<TestEvent> events;
  for (int i = 0; i < 640; ++i)
    events.push_back(Both("a", i < 320 ? "a" : "b"));
  const BatchOutcome outcome = engine.Post(events);
  REQUIRE_FALSE(outcome.changes.empty());
  const auto& first = outcome.changes.front();
  CHECK(first.model == "m");
  CHECK(first.version == "1");
  CHECK(first.detector == DetectorKind::kAdwin);
  CHECK(first.observations % 32 == 0);
  CHECK(first.observations > 320);
  CHECK(first.change.worse());
}

TEST_CASE("a regression has the detectors that need no bound of the error") {
  Engine engine;
  engine.settings.defaults.detectors = All();
  engine.Use();
  std::vector<TestEvent> events;
  for (int i = 0; i < 640; ++i) {
    events.push_back(Both(0.5, i < 320 ? 1.5 + i % 3 : 90.5 + i % 3));
  }
  const double huge = std::numeric_limits<double>::max();
  const BatchOutcome outcome = engine.Post(events);
  CHECK_FALSE(outcome.changes.empty());
  CHECK(Of(engine, DetectorKind::kPageHinkley));
  CHECK_FALSE(Of(engine, DetectorKind::kDdm));
  CHECK_FALSE(Of(engine, DetectorKind::kHddmA));
  engine.Post({Both(-huge, huge)});
  PostPairs(&engine, 0, false);
  for (int i = 0; i < 64; ++i) engine.Post({Both(0.5, 0.75)});
  CHECK(std::isfinite(Of(engine, DetectorKind::kAdwin)->evidence.statistic));
}

}  // namespace plumbline
