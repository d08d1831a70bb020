// Stored settings are accepted only if a configuration could contain them.

#include "core/settings/settings_range.h"

#include <functional>
#include <limits>
#include <string>

#include "core/codec/archive.h"
#include "core/codec/bytes.h"
#include "core/codec/time_range.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Settings Good() {
  Settings settings;
  ModelSettings& rule = settings.model_rules.emplace_back();
  rule.windows = {TimeWindow("5m", 300'000), LastWindow(1'000'000)};
  rule.slices = {{"a"}};
  rule.thresholds = {{"0.5", 0.5}};
  rule.detectors = {AdwinSettings{}, PageHinkleySettings{}, DdmSettings{},
                    HddmSettings{}};
  return settings;
}

bool Reads(const Settings& settings) {
  return DecodeSettings(EncodeSettings(settings)).has_value();
}

using ChangeOfAll = std::function<void(Settings*)>;
using ChangeOfRule = std::function<void(ModelSettings*)>;

}  // namespace

TEST_CASE("settings that no configuration allows are not read") {
  REQUIRE(Reads(Good()));
  const std::vector<ChangeOfAll> changes = {
      [](Settings* s) { s->horizon_ms = 59'999; },
      [](Settings* s) { s->horizon_ms = INT64_MAX; },
      [](Settings* s) { s->label_horizon_ms = 0; },
      [](Settings* s) { s->remembered_bytes = -1; },
      [](Settings* s) { s->remembered_bytes = INT64_MAX; },
      [](Settings* s) { s->models = 0; },
      [](Settings* s) { s->versions_per_model = 1001; },
      [](Settings* s) { s->retire_after_ms = INT64_MAX; },
      [](Settings* s) { s->classes = 10'001; },
      [](Settings* s) { s->matrix_classes = 257; },
      [](Settings* s) { s->segments_per_model = INT64_MIN; },
      [](Settings* s) { s->window_bytes = (int64_t{1} << 40) + 1; }};
  for (size_t i = 0; i < changes.size(); ++i) {
    INFO(i);
    Settings settings = Good();
    changes[i](&settings);
    CHECK_FALSE(Reads(settings));
  }
}

TEST_CASE("rules that no configuration allows are not read") {
  const std::vector<ChangeOfRule> changes = {
      [](auto* r) { r->task = static_cast<Task>(3); },
      [](auto* r) { r->windows[0].length_ms = 999; },
      [](auto* r) { r->windows[0].length_ms = INT64_MAX / 2; },
      [](auto* r) { r->windows[0].slots = 0; },
      [](auto* r) { r->windows[0].slots = 1001; },
      [](auto* r) { r->windows[0].slots = INT64_MIN; },
      [](auto* r) { r->windows[1].last = -1; },
      [](auto* r) { r->windows[1].last = 1'000'001; },
      [](auto* r) { r->windows[1] = r->windows[0]; },
      [](auto* r) {
        for (int64_t n = 1; n < 16; ++n) r->windows.push_back(LastWindow(n));
      },
      [](auto* r) { r->min_coverage = kNaN; },
      [](auto* r) { r->min_coverage = 1.5; },
      [](auto* r) { r->slices.resize(17, {"a"}); },
      [](auto* r) { r->slices[0].resize(9, "a"); },
      [](auto* r) { r->slices[0].clear(); },
      [](auto* r) { r->thresholds[0].value = -0.1; },
      [](auto* r) { r->thresholds[0].text.clear(); },
      [](auto* r) {
        r->thresholds.resize(33, {"0.5", 0.5});
      },
      [](auto* r) { r->detectors.adwin->delta = 0; },
      [](auto* r) { r->detectors.page_hinkley->alpha = 1.1; },
      [](auto* r) { r->detectors.page_hinkley->threshold = kNaN; },
      [](auto* r) { r->detectors.ddm->warm_up = INT64_MIN; },
      [](auto* r) { r->detectors.hddm_a->confidence = 1; },
      [](auto* r) { r->anomalies.threshold = -4; },
      [](auto* r) { r->anomalies.min_history_ms = INT64_MAX; },
      [](auto* r) { r->anomalies.metrics.resize(17, "accuracy"); },
      [](auto* r) { r->drift.first = -1; },
      [](auto* r) { r->drift.from_ms = INT64_MIN; },
      [](auto* r) { r->drift.to_ms = kLastTimeMs + 1; },
      [](auto* r) { r->drift.features.resize(65, "x"); }};
  for (size_t i = 0; i < changes.size(); ++i) {
    INFO(i);
    Settings settings = Good();
    changes[i](&settings.model_rules[0]);
    CHECK_FALSE(Reads(settings));
    settings = Good();
    settings.defaults = settings.model_rules[0];
    REQUIRE(Reads(settings));
    changes[i](&settings.defaults);
    CHECK_FALSE(Reads(settings));
  }
}

TEST_CASE("the ends of what a configuration allows are read") {
  Settings settings = Good();
  settings.horizon_ms = settings.label_horizon_ms = range::kHorizonMs.most;
  settings.remembered_bytes = range::kRememberedBytes.most;
  settings.window_bytes = range::kWindowBytes.most;
  settings.retire_after_ms = range::kRetireAfterMs.most;
  settings.defaults = settings.model_rules[0];
  settings.defaults.windows = {
      TimeWindow("90d", range::kWindowMs.most, range::kSlots.most),
      TimeWindow("1s", range::kWindowMs.least, 1), LastWindow(1)};
  settings.defaults.thresholds = {{"0", 0}, {"1", 1}};
  settings.defaults.anomalies.min_history_ms = range::kMinHistoryMs.most;
  settings.defaults.drift.first = range::kDriftFirst.most;
  CHECK(Reads(settings));
}

TEST_CASE("settings of a format that there is not are not read") {
  for (const int64_t revision : {int64_t{-2}, -(kFormatMajor + 1), INT64_MIN}) {
    std::string bytes = EncodeSettings(Good());
    std::string first;
    ByteWriter(&first).Put(revision);
    bytes.replace(0, first.size(), first);
    CHECK_FALSE(DecodeSettings(bytes));
  }
}
