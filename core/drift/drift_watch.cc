#include "core/drift/drift_watch.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "core/codec/archive.h"
#include "core/drift/reference.h"
#include "core/drift/reference_sketch.h"
#include "core/settings/settings_range.h"
#include "core/sync/atomics.h"
#include "core/window/block.h"

namespace plumbline {
namespace {

constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kDaysBeforeMonday = 3;  // 1970-01-01 was a Thursday

// ISO weeks since the week of 1970-01-01, in UTC.
int64_t WeekOf(int64_t time_ms) {
  return (time_ms / kDayMs + kDaysBeforeMonday) / 7;
}

void Count(std::vector<uint64_t>* counts, uint32_t cell) {
  if (cell >= counts->size()) counts->resize(cell + 1);
  ++(*counts)[cell];
}

}  // namespace

// A free variable has no name and is not in use.
struct DriftWatch::Variable {
  std::string name;
  bool used = false;
  Growth growth;
  ReferenceSketch next;
  bool frozen = false;
  Bins bins;                     // once frozen
  std::vector<uint64_t> counts;  // once frozen

  void Restart();
  void Freeze();
  // Upper bound of the memory, without the counts by class.
  static int64_t MostBytes();
  template <class Archive>
  void Fields(Archive& archive);
};

DriftWatch::DriftWatch(PublishedShared<DriftReference>* published)
    : published_(published) {}

DriftWatch::~DriftWatch() = default;

size_t DriftWatch::places() const { return variables_.size(); }

void DriftWatch::Counted::Use(bool wanted) {
  *this = Counted();
  used = wanted;
}

void DriftWatch::Counted::Freeze() { counts = std::exchange(next, {}); }

void DriftWatch::Variable::Restart() {
  Variable fresh;
  fresh.name = std::move(name);
  fresh.used = used;
  *this = std::move(fresh);
}

void DriftWatch::Variable::Freeze() {
  std::tie(bins, counts) = next.Freeze();
  next = ReferenceSketch();
  frozen = true;
}

// The predictions of a regression are a variable without a name.
std::vector<std::string> DriftWatch::Names() const {
  std::vector<std::string> names;
  if (settings_.predictions && task_ == Task::kRegression) names.emplace_back();
  names.insert(names.end(), settings_.features.begin(),
               settings_.features.end());
  return names;
}

// Finds the index of each variable of Names(). False if one has none.
bool DriftWatch::FindPlaces() {
  place_of_.clear();
  for (const std::string& name : Names()) {
    const auto place = std::find_if(
        variables_.begin(), variables_.end(),
        [&name](const Variable& v) { return v.used && v.name == name; });
    if (place == variables_.end()) return false;
    place_of_.push_back(static_cast<uint32_t>(place - variables_.begin()));
  }
  return true;
}

DriftWatch::Stale DriftWatch::Configure(const DriftSettings& settings,
                                        Task task, Reclaimer* reclaimer) {
  Stale stale;
  const bool restarts = !settings_.SameReference(settings);
  settings_ = settings;
  task_ = task;
  incomplete_at_ms_ = -1;
  const bool classes = task == Task::kClassification;
  const auto use = [restarts](Counted* counted, bool wanted) {
    const bool starts = wanted && !counted->used;
    if (restarts || starts || !wanted) counted->Use(wanted);
    return starts;
  };
  stale.predictions = use(&predictions_, settings.predictions && classes);
  stale.scores = use(&scores_, settings.scores && classes);

  const std::vector<std::string> names = Names();
  for (uint32_t i = 0; i < variables_.size(); ++i) {
    Variable& variable = variables_[i];
    const bool wanted =
        variable.used &&
        std::find(names.begin(), names.end(), variable.name) != names.end();
    if (variable.used && (restarts || !wanted)) stale.places.push_back(i);
    if (!wanted) variable = Variable();
    if (restarts) variable.Restart();
  }
  for (const std::string& name : names) {
    const auto is = [&name](const Variable& v) {
      return v.used && v.name == name;
    };
    if (std::any_of(variables_.begin(), variables_.end(), is)) continue;
    auto place = std::find_if(variables_.begin(), variables_.end(),
                              [](const Variable& v) { return !v.used; });
    if (place == variables_.end()) place = variables_.emplace(place);
    place->name = name;
    place->used = true;
  }
  while (!variables_.empty() && !variables_.back().used) variables_.pop_back();
  FindPlaces();
  Publish(reclaimer);
  return stale;
}

DriftWatch::Stale DriftWatch::RestartScores(Reclaimer* reclaimer) {
  Stale stale;
  if (!scores_.used) return stale;
  scores_.Use(true);
  stale.scores = true;
  Publish(reclaimer);
  return stale;
}

bool DriftWatch::Counts(const Growth& growth, int64_t now_ms) const {
  if (growth.finished) return false;
  if (settings_.first > 0 || settings_.to_ms == 0) return true;
  return now_ms >= settings_.from_ms && now_ms < settings_.to_ms;
}

bool DriftWatch::Grow(Growth* growth, int64_t now_ms) const {
  if (!Counts(*growth, now_ms)) return false;
  growth->week = WeekOf(now_ms);
  ++growth->count;
  return true;
}

bool DriftWatch::Complete(const Growth& growth, int64_t now_ms) const {
  if (growth.count == 0 || growth.finished) return false;
  if (settings_.first > 0) {
    return growth.count >= static_cast<uint64_t>(settings_.first);
  }
  if (settings_.to_ms > 0) return now_ms >= settings_.to_ms;
  return WeekOf(now_ms) > growth.week;
}

bool DriftWatch::Complete(int64_t now_ms) {
  if (now_ms == incomplete_at_ms_ && settings_.first == 0) return false;
  if (Complete(predictions_.growth, now_ms)) return true;
  if (Complete(scores_.growth, now_ms)) return true;
  const bool found = std::any_of(
      variables_.begin(), variables_.end(),
      [&](const Variable& v) { return Complete(v.growth, now_ms); });
  if (!found) incomplete_at_ms_ = now_ms;
  return found;
}

DriftWatch::Stale DriftWatch::RollOver(int64_t now_ms, Reclaimer* reclaimer) {
  Stale stale;
  const auto freeze = [&](auto* of) {
    if (!Complete(of->growth, now_ms)) return false;
    of->growth = Growth();
    of->growth.finished = settings_.first > 0 || settings_.to_ms > 0;
    of->Freeze();
    return true;
  };
  freeze(&predictions_);
  freeze(&scores_);
  for (uint32_t i = 0; i < variables_.size(); ++i) {
    if (freeze(&variables_[i])) stale.places.push_back(i);
  }
  Publish(reclaimer);
  return stale;
}

void DriftWatch::SetBack(int64_t now_ms) {
  const auto set_back = [week = WeekOf(now_ms)](Growth* growth) {
    growth->week = std::min(growth->week, week);
  };
  incomplete_at_ms_ = -1;
  set_back(&predictions_.growth);
  set_back(&scores_.growth);
  for (Variable& variable : variables_) set_back(&variable.growth);
}

void DriftWatch::Add(const WatchedPrediction& prediction, int64_t now_ms,
                     std::vector<SectionCell>* cells) {
  if (predictions_.used && prediction.classes > 0) {
    cells->push_back({Section::kPredicted, PredictedCells(prediction.classes),
                      prediction.predicted});
    if (Grow(&predictions_.growth, now_ms)) {
      Count(&predictions_.next, prediction.predicted);
    }
  }
  if (scores_.used && prediction.score >= 0) {
    const uint32_t part = ScorePart(prediction.score);
    cells->push_back(
        {Section::kDescribed, DescribedCells(variables_.size()), part});
    if (Grow(&scores_.growth, now_ms)) Count(&scores_.next, part);
  }
  const bool regression = place_of_.size() > settings_.features.size();
  if (regression) AddVariable(place_of_[0], prediction.value, now_ms, cells);
  if (!prediction.has_features) return;
  auto next = prediction.features.begin();
  for (uint32_t i = 0; i < settings_.features.size(); ++i) {
    DriftValue value;
    while (next != prediction.features.end() && next->variable < i) ++next;
    if (next != prediction.features.end() && next->variable == i) {
      value = next->value;
    }
    AddVariable(place_of_[i + (regression ? 1 : 0)], value, now_ms, cells);
  }
}

void DriftWatch::AddVariable(uint32_t place, const DriftValue& value,
                             int64_t now_ms, std::vector<SectionCell>* cells) {
  Variable& variable = variables_[place];
  if (Grow(&variable.growth, now_ms)) variable.next.Add(value);
  if (!variable.frozen) return;
  cells->push_back({Section::kDescribed, DescribedCells(variables_.size()),
                    FirstBin(place) + variable.bins.Find(value)});
}

void DriftWatch::Publish(Reclaimer* reclaimer) {
  DriftReference reference;
  reference.predictions = predictions_.counts;
  reference.scores = scores_.counts;
  if (!reference.scores.empty()) reference.scores.resize(kScoreParts);
  for (const uint32_t place : place_of_) {
    const Variable& variable = variables_[place];
    if (!variable.frozen) continue;
    reference.variables.push_back(
        {variable.name, place, variable.bins, variable.counts});
  }
  published_->Publish(
      reference.empty()
          ? nullptr
          : std::make_shared<const DriftReference>(std::move(reference)),
      reclaimer);
}

int64_t DriftWatch::SlotBytes(const DriftSettings& settings,
                              const ModelTraits& traits, size_t variables) {
  const bool classes = traits.task == Task::kClassification;
  int64_t bytes = 0;
  const auto add = [&bytes](size_t cells, int copies) {
    if (cells == 0) return;
    bytes +=
        copies * Block<StdAtomics>::HeapBytes(static_cast<uint32_t>(cells));
  };
  // Includes the copies that it may have outgrown.
  if (settings.predictions && classes) {
    add(PredictedCells(traits.classes), traits.classes > 4 ? 2 : 1);
  }
  if (variables > 0) {
    add(DescribedCells(variables), 2);
  } else if (settings.scores && traits.scored) {
    add(DescribedCells(0), 1);
  }
  return bytes;
}

// The growing sketch; the bins of the reference and their copy for readers; and
// the three lists of counts.
int64_t DriftWatch::Variable::MostBytes() {
  constexpr int64_t kNames = 2 * kCategories * 192;
  constexpr int64_t kCounts = 3 * kMostBins * sizeof(uint64_t);
  return ReferenceSketch::MostBytes() + kNames + kCounts;
}

int64_t DriftWatch::MostBytes(size_t variables, uint32_t classes) {
  return static_cast<int64_t>(variables) * Variable::MostBytes() +
         int64_t{3} * (classes + kScoreParts) * 8;
}

template <class Archive>
void DriftWatch::Growth::Fields(Archive& archive) {
  archive.Part("the growth of a reference", [&] {
    archive.Field(1, week);
    archive.Field(2, count);
    archive.Field(3, finished);
  });
}

template <class Archive>
void DriftWatch::Counted::Fields(Archive& archive) {
  archive.Part("a counted reference", [&] {
    archive.Field(1, [&] { growth.Fields(archive); });
    archive.Field(2, next);
    archive.Field(3, counts);
  });
}

template <class Archive>
void DriftWatch::Variable::Fields(Archive& archive) {
  archive.Part("the reference of a feature", [&] {
    archive.Field(1, name);
    archive.Field(2, used);
    archive.Field(3, [&] { growth.Fields(archive); });
    archive.Field(4, [&] { next.Fields(archive); });
    archive.Field(5, frozen);
    archive.Field(6, [&] { bins.Fields(archive); });
    archive.Field(7, counts);
  });
  if constexpr (Archive::kLoads) {
    if (frozen && counts.size() != bins.size()) archive.Fail();
  }
}

// Stores variables by index, like cells of slots. The settings say which exist.
template <class Archive>
void DriftWatch::Fields(Archive& archive, Reclaimer* reclaimer) {
  archive.Part("drift", [&] {
    archive.Field(1, [&] { predictions_.Fields(archive); });
    archive.Field(2, [&] { scores_.Fields(archive); });
    archive.Field(3, [&] {
      if constexpr (Archive::kLoads) variables_.clear();
      DoEach(archive, variables_,
             [&](Variable& variable) { variable.Fields(archive); });
    });
  });
  if constexpr (Archive::kLoads) {
    incomplete_at_ms_ = -1;
    // The additional one is the predictions of a regression.
    const bool few = variables_.size() <= range::kMostFeatures + 1;
    if (!few || !FindPlaces()) return archive.Fail();
    if (archive.ok()) Publish(reclaimer);
  }
}

template void DriftWatch::Fields(Save&, Reclaimer*);
template void DriftWatch::Fields(Load&, Reclaimer*);

}  // namespace plumbline
