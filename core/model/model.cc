#include "core/model/model.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <utility>

#include "core/metrics/statistic.h"
#include "core/settings/class_text.h"

namespace plumbline {

Version::Version(std::string name, uint32_t owner, Reclaimer* reclaimer,
                 AgeClock* ages, uint64_t* model_records, uint64_t* all_records)
    : name(std::move(name)),
      owner(owner),
      ledger(std::make_unique<Ledger>(ages, model_records, all_records)),
      estimates(reclaimer),
      series(true, reclaimer),
      slices(reclaimer) {}

Slice* Version::FindSlice(uint32_t segment) const {
  for (Slice* slice : slices.Get()) {
    if (slice->segment == segment) return slice;
  }
  return nullptr;
}

void Version::NoteChange(DetectorKind kind, const Change& change,
                         int64_t now_ms) {
  uint64_t* const of =
      &counts[kDetection + static_cast<size_t>(kind) * kDetectorCounts];
  ++of[change.worse() ? kWorse : kBetter];
  of[kLastChangeMs] = static_cast<uint64_t>(now_ms);
  of[kErrorBefore] = std::bit_cast<uint64_t>(change.before);
  of[kErrorAfter] = std::bit_cast<uint64_t>(change.after);
}

void Version::Publish(uint64_t generation, int64_t now_ms,
                      const Counting& counting, bool by_prediction,
                      Tallies* scratch) {
  counts[kPendingPredictions] = ledger->counts().waiting;
  detectors.WriteTo(&counts[kDetection]);
  published.Publish(generation, counts);
  touched = false;
  if (series.changes.empty()) return;
  const uint64_t next_number = counts[kObservations];
  const auto& all = slices.Get();
  const bool sliced = std::any_of(all.begin(), all.end(), [](const Slice* s) {
    return !s->series.changes.completed.empty();
  });
  scratch->Know(sliced ? series.changes.completed
                       : std::vector<WindowChanges::Completed>(),
                counting);
  scratch->seen = nullptr;
  for (Slice* slice : slices.Get()) {
    if (slice->series.changes.empty()) continue;
    slice->series.Publish(generation, now_ms, next_number, counting, scratch);
    slice->series.changes.Clear();
  }
  scratch->seen = &seen;
  estimates.Advance(series, now_ms);
  series.Publish(generation, now_ms, next_number, counting, scratch);
  estimates.Publish(series, generation, now_ms, counting, by_prediction,
                    scratch);
  seen.Clear();
  RecordHistory(now_ms, counting, by_prediction, scratch);
  if (counting.form == CountForm::kMatrix) {
    PublishOutcomes(counting, &scratch->group);
  }
  series.changes.Clear();
}

void Version::RecordHistory(int64_t now_ms, const Counting& counting,
                            bool by_prediction, Tallies* scratch) {
  const WindowChanges& changes = series.changes;
  if (by_prediction) {
    for (const auto& pair : changes.completed) {
      scratch->window.Clear();
      scratch->window.Add(pair.observation, 1, counting);
      history.Add(pair.place_ms, now_ms, scratch->window);
    }
  } else if (!changes.completed.empty()) {
    history.Add(now_ms, now_ms, scratch->group);
  }
  for (const auto& correction : changes.corrections) {
    scratch->window.Clear();
    scratch->window.Recount(correction.from, -1, counting);
    scratch->window.Recount(correction.to, 1, counting);
    history.Correct(correction.place_ms, now_ms, scratch->window);
  }
}

// `group` is the tally of the completed pairs.
void Version::PublishOutcomes(const Counting& counting, Tally* group) {
  for (const auto& correction : series.changes.corrections) {
    group->Recount(correction.to, 1, counting);
    withdrawn.Add(CellOf(correction.from.actual(), correction.from.predicted()),
                  1);
  }
  group->matrix().ForEach(
      [this](uint32_t cell, int64_t n) { outcomes.Add(cell, n); });
}

Model::Model(std::string name, uint32_t number, uint32_t owner, Task task,
             Reclaimer* reclaimer, AgeClock* prediction_ages,
             AgeClock* label_ages, uint64_t* all_records)
    : name(std::move(name)),
      number(number),
      owner(owner),
      task(task),
      labels(label_ages, &records, all_records),
      past_labels(prediction_ages, &records, all_records),
      classes(reclaimer),
      published_task(task),
      versions(reclaimer) {
  small_integer.fill(kNoClass);
  counting.scores = &scores;
  counting.sets = &sets;
  UpdateCounting();
}

ModelTraits Model::traits() const {
  return {.task = task,
          .classes = class_count(),
          .matrix_classes = form() == CountForm::kMarginals ? 0 : UINT32_MAX,
          .thresholds = counting.thresholds.size(),
          .scored = scored,
          .class_scored = class_scored};
}

void Model::UpdateCounting() {
  counting.form = form();
  counting.classes = class_count();
  const std::string* positive = positive_class.load(std::memory_order_relaxed);
  counting.has_positive = positive != nullptr;
  counting.positive = positive == nullptr ? kNoClass : FindClass(*positive);
  counting.statistics = CountsFor(traits());
}

void Model::ConfigureDetectors(const ModelSettings& rule, Version* version,
                               int64_t now_ms, Reclaimer* reclaimer) {
  version->detectors.Configure(rule.detectors, task != Task::kRegression);
  version->figures.Configure(rule.anomalies, task, rule.windows, reclaimer);
  generation_ = gate.Open(now_ms);
  ClearSeen(version, version->drift.Configure(rule.drift, task, reclaimer));
  gate.Close();
}

void Model::ConfigureEstimates(const ModelSettings& rule, Version* version,
                               uint32_t first_age, int64_t now_ms) {
  Estimates& estimates = version->estimates;
  if (!estimates.Configure(IsEstimated(rule), version->series, first_age)) {
    return;
  }
  generation_ = gate.Open(now_ms);
  ClearTimeWindows(
      version,
      {SparseSection::kPredictedScores, SparseSection::kPredictedClassScores,
       SparseSection::kJudgedScores, SparseSection::kJudgedClassScores});
  gate.Close();
}

void Model::ClearTimeWindows(Version* version,
                             std::initializer_list<SparseSection> sections) {
  for (Window* window : version->series.windows.Get()) {
    if (window->time() == nullptr) continue;
    window->ForEachSlot(generation_, [&](Slot<StdAtomics>* slot) {
      for (const SparseSection section : sections) slot->Clear(section);
    });
  }
}

// While the gate is open, so that nobody sees cells of one reference under
// another.
void Model::RenewReference(Version* version, int64_t now_ms,
                           Reclaimer* reclaimer) {
  generation_ = gate.Open(now_ms);
  ClearSeen(version, version->drift.RollOver(now_ms, reclaimer));
  gate.Close();
}

void Model::ClearSeen(Version* version, const DriftWatch::Stale& stale) {
  if (!stale.any()) return;
  for (Window* window : version->series.windows.Get()) {
    if (window->time() == nullptr) continue;
    window->ForEachSlot(generation_, [&stale](Slot<StdAtomics>* slot) {
      if (stale.predictions) slot->Clear(Section::kPredicted);
      if (stale.scores) slot->Clear(Section::kDescribed, 0, kScoreParts);
      for (const uint32_t place : stale.places) {
        slot->Clear(Section::kDescribed, FirstBin(place), kMostBins);
      }
    });
  }
}

void Model::Configure(const ModelSettings& rule, uint32_t first_age,
                      int64_t now_ms, Reclaimer* reclaimer) {
  ConfigurePositiveClass(rule, first_age, now_ms, reclaimer);
  RefuseOthers(rule.classes);
  min_coverage.store(rule.min_coverage, std::memory_order_relaxed);
  anomaly_threshold.store(rule.anomalies.threshold, std::memory_order_relaxed);
  by_prediction = rule.by_prediction;
  has_aliases = !rule.aliases.empty();
  SetThresholds(rule.thresholds, first_age, now_ms, reclaimer);
  ConfigureSlices(rule, first_age);
  features.clear();
  for (uint32_t i = 0; i < rule.drift.features.size(); ++i) {
    features.emplace(rule.drift.features[i], i);
  }
  for (Version* version : versions.Get()) {
    ConfigureDetectors(rule, version, now_ms, reclaimer);
    ConfigureEstimates(rule, version, first_age, now_ms);
  }
  UpdateCounting();
}

// Without a configured one, what was configured is assumed or goes; what was
// assumed, or has ended, stays.
void Model::ConfigurePositiveClass(const ModelSettings& rule,
                                   uint32_t first_age, int64_t now_ms,
                                   Reclaimer* reclaimer) {
  constexpr auto relaxed = std::memory_order_relaxed;  // they publish no data
  if (!rule.positive_class.empty()) {
    SetPositiveClass(rule.positive_class, first_age, now_ms, reclaimer);
    positive_origin.store(PositiveOrigin::kConfigured, relaxed);
  } else if (positive_origin.load(relaxed) == PositiveOrigin::kConfigured) {
    const bool classifies = task == Task::kClassification;
    const std::string_view assumed =
        classifies ? Assumed().Get() : std::string_view();
    SetPositiveClass(assumed, first_age, now_ms, reclaimer);
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
                          uint32_t first_age, int64_t now_ms,
                          Reclaimer* reclaimer) {
  auto& places = counting.thresholds;
  generation_ = gate.Open(now_ms);
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
  // Release: publishes the list.
  const ThresholdPlaces* old =
      thresholds.exchange(next.release(), std::memory_order_acq_rel);
  gate.Close();
  if (old != nullptr) reclaimer->Retire(old);
}

template <class Visit>
void Model::ForEachSlot(Visit visit) {
  for (Version* version : versions.Get()) {
    version->ForAllSeries([&](Series* series) {
      for (Window* window : series->windows.Get()) {
        window->ForEachSlot(generation_, visit);
      }
    });
  }
}

bool Model::IsUnused() const {
  return versions.Get().empty() && departed.empty() && records == 0 &&
         std::all_of(counts.begin(), counts.end(),
                     [](uint64_t n) { return n == 0; });
}

bool Model::TakeUnsaved() {
  bool changed = std::exchange(unsaved, false);
  changed |= labels.TakeChanged();
  ForEachPredictionLedger([&changed](Ledger* ledger, uint64_t) {
    changed |= ledger->TakeChanged();
  });
  return changed;
}

CountForm Model::form() const {
  if (task == Task::kRegression) return CountForm::kTotalOnly;
  if (task == Task::kMultilabel) return CountForm::kSets;
  return matrix_frozen_at.load(std::memory_order_relaxed) == 0
             ? CountForm::kMatrix
             : CountForm::kMarginals;
}

uint32_t Model::FindClass(std::string_view text) const {
  auto it = class_index.find(text);
  if (it == class_index.end()) it = class_index.find(OtherSpelling(text));
  return it == class_index.end() ? kNoClass : it->second;
}

uint32_t Model::FindSmallInteger(int64_t value) const {
  const bool small =
      value >= 0 && value < static_cast<int64_t>(small_integer.size());
  return small ? small_integer[static_cast<size_t>(value)] : kNoClass;
}

void Model::FreezeMatrixBeyond(int64_t classes) {
  if (form() != CountForm::kMatrix || class_count() <= classes) return;
  // Release: a reader that sees the change also sees the classes before it.
  matrix_frozen_at.store(class_count(), std::memory_order_release);
  UpdateCounting();
}

uint32_t Model::AddClass(std::string_view text, int64_t matrix_limit) {
  const uint32_t index = class_count();
  FreezeMatrixBeyond(matrix_limit - 1);
  const std::string* name =
      classes.Append(std::make_unique<const std::string>(text));
  class_index.emplace(*name, index);
  if (const ClassMap* map = class_map.load(std::memory_order_relaxed)) {
    auto representative = map->representative;
    representative.push_back(index);
    // Release: publishes the map.
    class_map.store(new ClassMap(ClassMap::Of(std::move(representative))),
                    std::memory_order_release);
    classes.reclaimer()->Retire(map);
  }
  for (size_t n = 0; n < small_integer.size(); ++n) {
    if (small_integer[n] == kNoClass) {
      small_integer[n] = FindClass(std::to_string(n));
    }
  }
  UpdateCounting();
  return index;
}

void Model::IndexClasses() {
  class_index.clear();
  const auto& all = classes.Get();
  for (uint32_t c = 0; c < all.size(); ++c) {
    class_index.emplace(*all[c], Representative(c));
  }
  for (size_t n = 0; n < small_integer.size(); ++n) {
    small_integer[n] = FindClass(std::to_string(n));
  }
}

void Model::SetRepresentatives(std::vector<uint32_t> representative,
                               uint32_t first_age, int64_t now_ms,
                               Reclaimer* reclaimer) {
  const ClassMap* old = class_map.load(std::memory_order_relaxed);
  bool alone = true;
  for (uint32_t c = 0; c < representative.size(); ++c) {
    alone = alone && representative[c] == c;
  }
  std::unique_ptr<const ClassMap> next;
  if (!alone) {
    next = std::make_unique<const ClassMap>(
        ClassMap::Of(std::move(representative)));
  }
  if (old == nullptr ? next == nullptr : next != nullptr && *next == *old) {
    return;
  }
  const auto spellings_of_positive = [&](const ClassMap* map) {
    uint32_t count = 1;
    if (map != nullptr && counting.positive < map->representative.size()) {
      const uint32_t positive = map->representative[counting.positive];
      count = static_cast<uint32_t>(std::count(
          map->representative.begin(), map->representative.end(), positive));
    }
    return count;
  };
  const bool restarts =
      spellings_of_positive(old) != spellings_of_positive(next.get());
  generation_ = gate.Open(now_ms);
  // Release: publishes the map.
  class_map.store(next.release(), std::memory_order_release);
  IndexClasses();
  if (restarts) {
    RestartScores(first_age, reclaimer);
    ClearScores(reclaimer);
  }
  gate.Close();
  if (old != nullptr) reclaimer->Retire(old);
  UpdateCounting();
}

void Model::RefuseOthers(const std::vector<std::string>& configured) {
  refused.clear();
  if (configured.empty()) return;
  for (const std::string* known : classes.Get()) {
    refused.push_back(std::find(configured.begin(), configured.end(), *known) ==
                      configured.end());
  }
}

void Model::SetTask(Task decided, TaskOrigin origin, int64_t since_ms) {
  task = decided;
  task_since_ms = since_ms;
  // Relaxed: there is no version whose counts a reader could take for those of
  // another task.
  published_task.store(decided, std::memory_order_relaxed);
  task_origin.store(origin, std::memory_order_relaxed);
  published_task_since_ms.store(since_ms, std::memory_order_relaxed);
  UpdateCounting();
}

AssumedPositive Model::Assumed() const {
  AssumedPositive assumed;
  const auto& all = classes.Get();
  for (uint32_t c = 0; c < all.size() && assumed.IsPossible(); ++c) {
    if (Representative(c) == c) assumed.Add(*all[c]);
  }
  return assumed;
}

// In whichever spelling.
bool Model::IsPositiveClass(std::string_view text) const {
  const std::string* const now = positive_class.load(std::memory_order_relaxed);
  if (now == nullptr || text.empty()) return now == nullptr && text.empty();
  const uint32_t index = FindClass(text);
  return IsSameClass(*now, text) ||
         (index != kNoClass && index == FindClass(*now));
}

void Model::SetPositiveClass(std::string_view text, uint32_t first_age,
                             int64_t now_ms, Reclaimer* reclaimer) {
  const std::string* old = positive_class.load(std::memory_order_relaxed);
  const bool is_same = IsPositiveClass(text);
  if (is_same && (old == nullptr || *old == text)) return;
  generation_ = gate.Open(now_ms);
  // Release: publishes the string.
  positive_class.store(text.empty() ? nullptr : new std::string(text),
                       std::memory_order_release);
  if (old != nullptr) reclaimer->Retire(old);
  // Scores of classes are there without a positive one, too.
  if (!is_same && (old != nullptr || scored)) {
    RestartScores(first_age, reclaimer);
  }
  if (!is_same && old != nullptr) {
    ClearScores(reclaimer);
  }
  gate.Close();
  UpdateCounting();
}

// Scores are of another class from now on.
void Model::RestartScores(uint32_t first_age, Reclaimer* reclaimer) {
  counting.scores_from = first_age;
  for (Version* version : versions.Get()) {
    ClearSeen(version, version->drift.RestartScores(reclaimer));
    version->estimates.RestartPositive();
    ClearTimeWindows(version, {SparseSection::kPredictedScores,
                               SparseSection::kJudgedScores});
  }
}

// What was counted of scores is of no class any more.
void Model::ClearScores(Reclaimer* reclaimer) {
  for (Version* version : versions.Get()) version->figures.Restart(reclaimer);
  ForEachSlot([](Slot<StdAtomics>* slot) {
    slot->Clear(Section::kScores);
    slot->Clear(Section::kThresholds);
    slot->Clear(SparseSection::kScoreBins);
  });
}

void Model::Publish(int64_t now_ms, Tallies* scratch) {
  counts[kPendingLabels] = labels.counts().waiting;
  const uint64_t generation = gate.Open(now_ms);
  published.Publish(generation, counts);
  for (Version* version : versions.Get()) {
    if (version->touched) {
      version->Publish(generation, now_ms, counting, by_prediction, scratch);
    }
  }
  gate.Close();
  scores.EndGroup();
  sets.EndGroup();
  touched = false;
}

}  // namespace plumbline
