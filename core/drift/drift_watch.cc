#include "core/drift/drift_watch.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/archive.h"

namespace plumbline {
namespace {

constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kDaysBeforeMonday = 3;  // 1970-01-01 was a Thursday

// ISO weeks since that of 1970-01-01, in UTC.
int64_t WeekOf(int64_t time_ms) {
  return (time_ms / kDayMs + kDaysBeforeMonday) / 7;
}

void Count(std::vector<uint64_t>* counts, uint32_t cell) {
  if (cell >= counts->size()) counts->resize(cell + 1);
  ++(*counts)[cell];
}

}  // namespace

DriftWatch::~DriftWatch() { delete published_.load(std::memory_order_relaxed); }

DriftWatch::Stale DriftWatch::Configure(const DriftSettings& settings,
                                        Task task, Reclaimer* reclaimer) {
  Stale stale;
  const bool classes = task == Task::kClassification;
  const bool predictions = settings.predictions && classes;
  const bool scores = settings.scores && classes;
  if (!settings_.SameReference(settings)) {
    Restart();
    for (uint32_t i = 0; i < variables_.size(); ++i) stale.places.push_back(i);
  }
  stale.predictions = predictions && !predictions_;
  stale.scores = scores && !scores_;
  if (stale.predictions || !predictions) {
    next_predictions_.clear();
    predictions_counts_.clear();
  }
  if (stale.scores || !scores) {
    next_scores_.clear();
    scores_counts_.clear();
  }
  predictions_ = predictions;
  scores_ = scores;
  settings_ = settings;

  // The predictions of a regression are a variable as features are.
  std::vector<std::string> names;
  if (settings.predictions && task == Task::kRegression) names.emplace_back();
  names.insert(names.end(), settings.features.begin(), settings.features.end());
  for (uint32_t i = 0; i < variables_.size(); ++i) {
    Variable& variable = variables_[i];
    const bool wanted =
        std::find(names.begin(), names.end(), variable.name) != names.end();
    if (!variable.used || wanted) continue;
    variable = Variable();
    stale.places.push_back(i);
  }
  place_of_.clear();
  for (const std::string& name : names) {
    auto place = std::find_if(
        variables_.begin(), variables_.end(),
        [&](const Variable& v) { return v.used && v.name == name; });
    if (place == variables_.end()) {
      place = std::find_if(variables_.begin(), variables_.end(),
                           [](const Variable& v) { return !v.used; });
      if (place == variables_.end()) {
        place = variables_.insert(place, Variable());
      }
      place->name = name;
      place->used = true;
    }
    place_of_.push_back(static_cast<uint32_t>(place - variables_.begin()));
  }
  Publish(reclaimer);
  return stale;
}

// Nothing of a reference is left.
void DriftWatch::Restart() {
  week_ = -1;
  count_ = 0;
  finished_ = complete_ = false;
  next_predictions_.clear();
  next_scores_.clear();
  predictions_counts_.clear();
  scores_counts_.clear();
  for (Variable& variable : variables_) {
    const auto name = std::move(variable.name);
    const bool used = variable.used;
    variable = Variable();
    variable.name = name;
    variable.used = used;
  }
}

bool DriftWatch::Counts(int64_t now_ms) const {
  if (finished_) return false;
  if (settings_.first > 0) return true;
  if (settings_.to_ms == 0) return true;
  return now_ms >= settings_.from_ms && now_ms < settings_.to_ms;
}

bool DriftWatch::Complete(int64_t now_ms) const {
  if (count_ == 0 || finished_) return false;
  if (settings_.first > 0) {
    return count_ >= static_cast<uint64_t>(settings_.first);
  }
  if (settings_.to_ms > 0) return now_ms >= settings_.to_ms;
  return WeekOf(now_ms) > week_;
}

DriftWatch::Stale DriftWatch::RollOver(Reclaimer* reclaimer) {
  Stale stale;
  complete_ = true;
  finished_ = settings_.first > 0 || settings_.to_ms > 0;
  count_ = 0;
  predictions_counts_ = std::exchange(next_predictions_, {});
  scores_counts_ = std::exchange(next_scores_, {});
  for (uint32_t i = 0; i < variables_.size(); ++i) {
    Variable& variable = variables_[i];
    // One that nobody has sent keeps its bins.
    if (!variable.used || variable.next.count() == 0) continue;
    std::tie(variable.bins, variable.counts) = variable.next.Freeze();
    variable.next = ReferenceSketch();
    variable.frozen = true;
    stale.places.push_back(i);
  }
  Publish(reclaimer);
  return stale;
}

void DriftWatch::Add(const WatchedPrediction& prediction, int64_t now_ms,
                     std::vector<SectionCell>* cells) {
  const bool counts = Counts(now_ms);
  if (counts) {
    week_ = WeekOf(now_ms);
    ++count_;
  }
  if (predictions_ && prediction.classes > 0) {
    cells->push_back({Section::kPredicted, PredictedCells(prediction.classes),
                      prediction.predicted});
    if (counts) Count(&next_predictions_, prediction.predicted);
  }
  if (scores_ && prediction.score >= 0) {
    const uint32_t part = ScorePart(prediction.score);
    cells->push_back(
        {Section::kDescribed, DescribedCells(variables_.size()), part});
    if (counts) Count(&next_scores_, part);
  }
  const auto add = [&](uint32_t place, const DriftValue& value) {
    Variable& variable = variables_[place];
    if (counts) variable.next.Add(value);
    if (!variable.frozen) return;
    cells->push_back({Section::kDescribed, DescribedCells(variables_.size()),
                      FirstBin(place) + variable.bins.Find(value)});
  };
  const bool regression = place_of_.size() > settings_.features.size();
  if (regression) add(place_of_[0], prediction.value);
  if (!prediction.has_features) return;
  auto next = prediction.features.begin();
  for (uint32_t i = 0; i < settings_.features.size(); ++i) {
    DriftValue value;
    while (next != prediction.features.end() && next->variable < i) ++next;
    if (next != prediction.features.end() && next->variable == i) {
      value = next->value;
    }
    add(place_of_[i + (regression ? 1 : 0)], value);
  }
}

void DriftWatch::Publish(Reclaimer* reclaimer) {
  std::unique_ptr<std::shared_ptr<const DriftReference>> next;
  if (complete_) {
    DriftReference reference;
    if (predictions_) reference.predictions = predictions_counts_;
    if (scores_) reference.scores = scores_counts_;
    if (!reference.scores.empty()) reference.scores.resize(kScoreParts);
    for (const uint32_t place : place_of_) {
      const Variable& variable = variables_[place];
      if (!variable.frozen) continue;
      reference.variables.push_back(
          {variable.name, place, variable.bins, variable.counts});
    }
    next = std::make_unique<std::shared_ptr<const DriftReference>>(
        std::make_shared<const DriftReference>(std::move(reference)));
  }
  // Release: publishes the reference.
  const auto* old =
      published_.exchange(next.release(), std::memory_order_acq_rel);
  if (old != nullptr) reclaimer->Retire(old);
}

int64_t DriftWatch::MostBytes(size_t variables, uint32_t classes) {
  constexpr int64_t kSketch = NumericSketch::kMost * 2 * sizeof(uint64_t) * 2;
  constexpr int64_t kNames = 3 * kCategories * 192;
  constexpr int64_t kCounts = 3 * kMostBins * sizeof(uint64_t);
  return static_cast<int64_t>(variables) * (kSketch + kNames + kCounts) +
         int64_t{3} * (classes + kScoreParts) * 8;
}

template <class Archive>
void DriftWatch::Do(Archive& archive, Reclaimer* reclaimer) {
  archive.Do(week_);
  archive.Do(count_);
  archive.Do(finished_);
  archive.Do(complete_);
  DoList(archive, next_predictions_);
  DoList(archive, next_scores_);
  DoList(archive, predictions_counts_);
  DoList(archive, scores_counts_);
  // By place, as cells of slots are. The settings say which are there.
  if constexpr (Archive::kLoads) variables_.clear();
  for (auto n = DoCount(archive, variables_.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) variables_.emplace_back();
    Variable& variable = variables_[i];
    archive.Text(variable.name);
    archive.Do(variable.used);
    variable.next.Do(archive);
    archive.Do(variable.frozen);
    variable.bins.Do(archive);
    DoList(archive, variable.counts);
    if constexpr (Archive::kLoads) {
      if (variable.frozen && variable.counts.size() != variable.bins.size()) {
        archive.Fail();
      }
    }
  }
  if constexpr (Archive::kLoads) {
    for (uint32_t& place : place_of_) place = 0;
    const bool regression = place_of_.size() > settings_.features.size();
    for (size_t i = 0; i < place_of_.size() && archive.ok(); ++i) {
      const std::string& name =
          regression && i == 0 ? std::string()
                               : settings_.features[i - (regression ? 1 : 0)];
      const auto place = std::find_if(
          variables_.begin(), variables_.end(),
          [&](const Variable& v) { return v.used && v.name == name; });
      if (place == variables_.end()) return archive.Fail();
      place_of_[i] = static_cast<uint32_t>(place - variables_.begin());
    }
    if (archive.ok()) Publish(reclaimer);
  }
}

template void DriftWatch::Do(Save&, Reclaimer*);
template void DriftWatch::Do(Load&, Reclaimer*);

}  // namespace plumbline
