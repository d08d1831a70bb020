// The settings that decide about events. They are part of the state: a change
// is journalled, and a replay decides under the same settings.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/settings/detector_settings.h"

namespace plumbline {

enum class Task : uint8_t { kClassification, kRegression, kMultilabel };

// "classification" for kClassification, and so on.
std::string_view TaskName(Task task);

// A window such as "5m" or "last_1000".
struct WindowSettings {
  std::string name;       // as configured; the value of the label `window`
  int64_t length_ms = 0;  // 0 for a last-N window
  int64_t last = 0;       // N, or 0 for a time window
  int64_t slots = 0;      // of a time window; length_ms % slots == 0
  // A time window counts pairs at the time of their prediction, not at the time
  // at which they became complete.
  bool by_prediction = false;

  // True for the same span, however it is written: 60m is 1h.
  bool SameAs(const WindowSettings& other) const {
    return length_ms == other.length_ms && last == other.last &&
           slots == other.slots;
  }
  // True if a window of these settings continues under the others.
  bool Is(const WindowSettings& other) const {
    return SameAs(other) && by_prediction == other.by_prediction &&
           name == other.name;
  }
};

// A decision threshold for scores, as configured.
struct ThresholdSettings {
  std::string text;
  double value = 0;
};

// The figures that are compared with their history.
struct AnomalySettings {
  std::vector<std::string> metrics = {"accuracy", "f1_macro"};
  double threshold = 4;                 // standard deviations
  int64_t min_history_ms = 86'400'000;  // with less there is no finding
};

// The distributions of predictions that are compared with a reference.
struct DriftSettings {
  bool predictions = true;
  bool scores = true;
  std::vector<std::string> features;
  // The reference: the last week, the first `first` predictions, or a span of
  // time. At most one of the last two is set.
  int64_t first = 0;    // predictions
  int64_t from_ms = 0;  // time of receipt
  int64_t to_ms = 0;    // exclusive; 0: no span

  bool SameReference(const DriftSettings& other) const {
    return first == other.first && from_ms == other.from_ms &&
           to_ms == other.to_ms;
  }
};

struct ModelSettings {
  std::string match;  // a name or a glob of * and ?
  std::optional<Task> task;
  std::string positive_class;        // empty: not configured
  std::vector<std::string> classes;  // empty: any
  // Pairs of an alias and its class, both canonical. No class is itself an
  // alias.
  std::vector<std::pair<std::string, std::string>> aliases;
  std::vector<WindowSettings> windows;
  // Figures of a time window are withheld below this label coverage.
  double min_coverage = 0;
  bool by_prediction = false;  // its time windows count by prediction time
  // Segment keys to count by; each list is one crossing.
  std::vector<std::vector<std::string>> slices;
  std::vector<ThresholdSettings> thresholds;
  DetectorSettings detectors;
  AnomalySettings anomalies;
  DriftSettings drift;
  bool estimate = true;  // estimates quality before labels

  // The class that `text` means here: canonical, with its alias resolved, and
  // as spelled in `classes`.
  std::string_view ClassOf(std::string_view text) const;
  // True if `match` is this model's name without a wildcard. The model then
  // exists from the start.
  bool Names(std::string_view model) const;
};

struct Settings {
  // Parameters of the join. Milliseconds and bytes.
  int64_t horizon_ms = 7LL * 24 * 3600 * 1000;
  int64_t label_horizon_ms = 3'600'000;
  int64_t remembered_bytes = 256LL << 20;
  bool evict_oldest = false;   // at the memory bound; else refuse
  bool correct_labels = true;  // else a second label is a duplicate

  // Limits.
  int64_t models = 1000;
  int64_t versions_per_model = 20;
  bool retire_oldest_version = true;  // at the limit; else refuse the new one
  int64_t retire_after_ms = 30LL * 24 * 3600 * 1000;
  int64_t classes = 1000;
  int64_t matrix_classes = 32;
  int64_t segments_per_model = 100;
  int64_t window_bytes = 1LL << 30;

  std::vector<ModelSettings> model_rules;
  ModelSettings defaults;  // for a model that matches no rule

  // The first rule that matches `model`, else the defaults.
  const ModelSettings& For(std::string_view model) const;
};

// True if `text` is a name: a glob that matches only itself.
bool IsPlainName(std::string_view text);

// True if `glob` matches `text`. `*` matches any run of characters, and `?` any
// one character.
bool GlobMatches(std::string_view glob, std::string_view text);

// Settings as bytes for the journal, and back. Decoding returns nullopt if the
// bytes are not one whole encoded value, or if a setting is out of range
// (core/settings/settings_range.h). *unknown then names the part of a later
// format in the bytes, or is empty.
std::string EncodeSettings(const Settings& settings);
std::optional<Settings> DecodeSettings(std::string_view bytes,
                                       std::string* unknown = nullptr);

}  // namespace plumbline
