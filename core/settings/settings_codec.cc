// Settings to bytes and back. See core/codec/archive.h.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/archive.h"
#include "core/settings/settings.h"
#include "core/settings/settings_range.h"

namespace plumbline {
namespace {

// Loaded elements replace the default list.
template <class Archive, class List, class Each>
void DoWhole(Archive& archive, List& list, Each each) {
  if constexpr (Archive::kLoads) list.clear();
  DoEach(archive, list, each);
}

template <class Archive, class Texts>
void DoTexts(Archive& archive, Texts& texts) {
  DoWhole(archive, texts, [&](auto& text) { archive.Text(text); });
}

template <class Archive, class Window>
void Fields(Archive& archive, Window& window) {
  archive.Part("a window's settings", [&] {
    archive.Field(1, window.name);
    archive.Field(2, window.length_ms);
    archive.Field(3, window.last);
    archive.Field(4, window.slots);
    archive.Field(5, window.by_prediction);
  });
}

// `fields(one)` does the fields of one detector's settings.
template <class Archive, class One, class OfOne>
void DoDetector(Archive& archive, One& one, OfOne fields) {
  bool on = one.has_value();
  archive.Do(on);
  if constexpr (Archive::kLoads) {
    one.reset();
    if (on) one.emplace();
  }
  if (on) archive.Part("a detector's settings", [&] { fields(*one); });
}

template <class Archive, class Detectors>
void DoDetectors(Archive& archive, Detectors& detectors) {
  archive.Field(1, [&] {
    DoDetector(archive, detectors.adwin,
               [&](auto& s) { archive.Field(1, s.delta); });
  });
  archive.Field(2, [&] {
    DoDetector(archive, detectors.page_hinkley, [&](auto& s) {
      archive.Field(1, s.delta);
      archive.Field(2, s.threshold);
      archive.Field(3, s.alpha);
    });
  });
  archive.Field(3, [&] {
    DoDetector(archive, detectors.ddm, [&](auto& s) {
      archive.Field(1, s.warm_up);
      archive.Field(2, s.drift);
    });
  });
  archive.Field(4, [&] {
    DoDetector(archive, detectors.hddm_a,
               [&](auto& s) { archive.Field(1, s.confidence); });
  });
}

template <class Archive, class Drift>
void DoDrift(Archive& archive, Drift& drift) {
  archive.Field(1, [&] { DoTexts(archive, drift.features); });
  archive.Field(2, drift.predictions);
  archive.Field(3, drift.scores);
  archive.Field(4, drift.first);
  archive.Field(5, drift.from_ms);
  archive.Field(6, drift.to_ms);
}

template <class Archive, class Model>
void DoTask(Archive& archive, Model& model) {
  constexpr int8_t kNoTask = -1;
  int8_t task = model.task ? static_cast<int8_t>(*model.task) : kNoTask;
  archive.Do(task);
  if constexpr (Archive::kLoads) {
    if (task != kNoTask) model.task = static_cast<Task>(task);
  }
}

template <class Archive, class Model>
void DoModel(Archive& archive, Model& model) {
  archive.Field(1, model.match);
  archive.Field(2, [&] { DoTask(archive, model); });
  archive.Field(3, model.positive_class);
  archive.Field(4, [&] { DoTexts(archive, model.classes); });
  archive.Field(5, [&] {
    DoWhole(archive, model.windows,
            [&](auto& window) { Fields(archive, window); });
  });
  archive.Field(6, model.min_coverage);
  archive.Field(7, model.by_prediction);
  archive.Field(8, [&] {
    DoWhole(archive, model.slices, [&](auto& keys) { DoTexts(archive, keys); });
  });
  archive.Field(9, [&] {
    DoWhole(archive, model.thresholds, [&](auto& threshold) {
      archive.Text(threshold.text);
      archive.Do(threshold.value);
    });
  });
  archive.Field(10, [&] {
    archive.Part("the settings of detectors",
                 [&] { DoDetectors(archive, model.detectors); });
  });
  archive.Field(11, [&] { DoTexts(archive, model.anomalies.metrics); });
  archive.Field(12, model.anomalies.threshold);
  archive.Field(13, model.anomalies.min_history_ms);
  archive.Field(14, [&] {
    archive.Part("the settings of drift",
                 [&] { DoDrift(archive, model.drift); });
  });
  archive.Field(15, model.estimate);
  archive.FieldSince(1, 16, [&] {
    DoWhole(archive, model.aliases, [&](auto& alias) {
      archive.Text(alias.first);
      archive.Text(alias.second);
    });
  });
}

template <class Archive, class S>
void DoSettings(Archive& archive, S& s) {
  archive.Header();
  archive.Part("the settings", [&] {
    archive.Field(1, s.horizon_ms);
    archive.Field(2, s.label_horizon_ms);
    archive.Field(3, s.remembered_bytes);
    archive.Field(4, s.evict_oldest);
    archive.Field(5, s.correct_labels);
    archive.Field(6, s.models);
    archive.Field(7, s.versions_per_model);
    archive.Field(8, s.retire_after_ms);
    archive.Field(9, s.classes);
    archive.Field(10, s.matrix_classes);
    archive.Field(11, s.segments_per_model);
    archive.Field(12, s.window_bytes);
    archive.FieldSince(1, 13, s.retire_oldest_version);
    const auto each = [&](auto& model) {
      archive.Part("a model's settings", [&] { DoModel(archive, model); });
    };
    archive.Field(14, [&] { DoWhole(archive, s.model_rules, each); });
    archive.Field(15, [&] { each(s.defaults); });
  });
}

}  // namespace

std::string EncodeSettings(const Settings& settings) {
  std::string bytes;
  Save save(&bytes);
  DoSettings(save, settings);
  return bytes;
}

std::optional<Settings> DecodeSettings(std::string_view bytes,
                                       std::string* unknown) {
  Settings settings;
  Load load(bytes);
  DoSettings(load, settings);
  if (unknown != nullptr) *unknown = load.unknown();
  if (!load.ok() || !load.AtEnd() || !IsInRange(settings)) return std::nullopt;
  return settings;
}

}  // namespace plumbline
