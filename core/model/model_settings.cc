// Applies the settings of a model.

#include <algorithm>
#include <memory>
#include <utility>

#include "core/model/model.h"

namespace plumbline {

void Model::Configure(const ModelSettings& rule, uint32_t first_age,
                      int64_t now_ms) {
  ConfigurePositiveClass(rule, first_age, now_ms);
  RefuseOthers(rule.classes);
  min_coverage.store(rule.min_coverage, std::memory_order_relaxed);
  anomaly_threshold.store(rule.anomalies.threshold, std::memory_order_relaxed);
  by_prediction = rule.by_prediction;
  has_aliases = !rule.aliases.empty();
  SetThresholds(rule.thresholds, first_age, now_ms);
  ConfigureSlices(rule, first_age);
  features.clear();
  for (uint32_t i = 0; i < rule.drift.features.size(); ++i) {
    features.emplace(rule.drift.features[i], i);
  }
  for (Version* version : versions.Get()) {
    ConfigureDetectors(rule, version, now_ms);
    ConfigureEstimates(rule, version, first_age, now_ms);
  }
  UpdateCounting();
}

// If the rule has no positive class, a configured one becomes assumed or goes.
// An assumed or ended one stays.
void Model::ConfigurePositiveClass(const ModelSettings& rule,
                                   uint32_t first_age, int64_t now_ms) {
  constexpr auto relaxed = std::memory_order_relaxed;  // they publish no data
  if (!rule.positive_class.empty()) {
    SetPositiveClass(rule.positive_class, first_age, now_ms);
    positive_origin.store(PositiveOrigin::kConfigured, relaxed);
  } else if (positive_origin.load(relaxed) == PositiveOrigin::kConfigured) {
    const bool classifies = task == Task::kClassification;
    const std::string_view assumed =
        classifies ? Assumed().Get() : std::string_view();
    SetPositiveClass(assumed, first_age, now_ms);
    positive_origin.store(
        assumed.empty() ? PositiveOrigin::kNone : PositiveOrigin::kAssumed,
        relaxed);
  }
}

void Model::ConfigureSlices(const ModelSettings& rule, uint32_t first_age) {
  slicing.Configure(rule.slices, first_age);
  for (Version* version : versions.Get()) {
    std::vector<Slice*> slices;
    for (Slice* slice : version->slices.Get()) {
      if (slicing.Find(slice->labels) == nullptr) {
        slice->series.Release(counting);
        continue;
      }
      slices.push_back(slice);
    }
    if (slices.size() != version->slices.Get().size()) {
      version->slices.Replace(std::move(slices));
    }
    version->ForAllSeries([&](Series* series) {
      series->ChangeWindows(rule.windows, first_age, counting);
    });
  }
  scores.EndGroup();
  sets.EndGroup();
}

void Model::SetThresholds(const std::vector<ThresholdSettings>& wanted,
                          uint32_t first_age, int64_t now_ms) {
  auto& places = counting.thresholds;
  generation_ = seqlock.Open(now_ms);
  const auto is_wanted = [&](const Threshold& threshold) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const auto& w) { return w.text == threshold.text; });
  };
  for (Threshold& place : places) {
    if (place.text.empty() || is_wanted(place)) continue;
    place.text.clear();
    const auto number = static_cast<uint32_t>(&place - places.data());
    ForEachSlot([number](Slot<StdAtomics>* slot) {
      slot->Clear(Section::kThresholds, number * kThresholdCells,
                  kThresholdCells);
    });
  }
  auto next = std::make_unique<ThresholdPlaces>();
  for (const ThresholdSettings& w : wanted) {
    auto place = std::find_if(places.begin(), places.end(),
                              [&](const auto& t) { return t.text == w.text; });
    if (place == places.end()) {
      place = std::find_if(places.begin(), places.end(),
                           [](const auto& t) { return t.text.empty(); });
      if (place == places.end()) place = places.insert(place, Threshold{});
      *place = {w.text, w.value, first_age};
    }
    next->emplace_back(w.text, static_cast<uint32_t>(place - places.begin()));
  }
  thresholds.Publish(std::move(next), reclaimer());
  seqlock.Close();
}

void Model::ConfigureDetectors(const ModelSettings& rule, Version* version,
                               int64_t now_ms) {
  version->detectors.Configure(rule.detectors, task != Task::kRegression);
  version->figures.Configure(rule.anomalies, task, rule.windows, reclaimer());
  version->figures_stamp = 0;
  generation_ = seqlock.Open(now_ms);
  ClearUnlabelled(version,
                  version->drift.Configure(rule.drift, task, reclaimer()));
  seqlock.Close();
}

void Model::ConfigureEstimates(const ModelSettings& rule, Version* version,
                               uint32_t first_age, int64_t now_ms) {
  Estimates& estimates = version->estimates;
  if (!estimates.Configure(IsEstimated(rule), version->series, first_age)) {
    return;
  }
  generation_ = seqlock.Open(now_ms);
  ClearTimeWindows(
      version,
      {SparseSection::kPredictedScores, SparseSection::kPredictedClassScores,
       SparseSection::kJudgedScores, SparseSection::kJudgedClassScores});
  seqlock.Close();
}

// Opens the seqlock, so that no reader sees cells of one reference under
// another.
void Model::RenewReference(Version* version, int64_t now_ms) {
  generation_ = seqlock.Open(now_ms);
  ClearUnlabelled(version, version->drift.RollOver(now_ms, reclaimer()));
  seqlock.Close();
}

}  // namespace plumbline
