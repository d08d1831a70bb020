#include "core/estimate/estimates.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/estimate/calibrator.h"
#include "core/estimate/scored.h"

namespace plumbline {
namespace {

constexpr std::array kJudged = {SparseSection::kJudgedScores,
                                SparseSection::kJudgedClassScores};

uint32_t FieldsOf(const ModelTraits& traits) {
  return 1 + (traits.class_scored
                  ? std::min(traits.classes, EstimateBins::kClasses)
                  : 0);
}

// Bytes that a group takes for the keys of its scores.
int64_t KeysBytes(uint32_t fields) {
  return int64_t{2} * EstimateBins::KeysOf(fields) *
         static_cast<int64_t>(sizeof(int64_t) + sizeof(uint32_t) + 1);
}

void Clear(JudgedSums* sums) {
  for (CellChanges& part : *sums) part.Clear();
}

void AddTo(Slot<StdAtomics>* slot, const JudgedSums& sums) {
  for (size_t part = 0; part < sums.size(); ++part) {
    const SparseSection section = kJudged[part];
    sums[part].ForEach([&](uint32_t key, int64_t delta) {
      slot->Add(section, key, delta, SizeOf(section, 0));
    });
  }
}

}  // namespace

Estimates::Estimates(PublishedEstimates* published, Reclaimer* reclaimer)
    : published_(published), reclaimer_(reclaimer) {}

Estimates::~Estimates() = default;

template <class Visit>
void Estimates::ForEachWindow(const Series& series, Visit visit) {
  auto calibrator = calibrators_.begin();
  for (Window* window : series.windows.Get()) {
    if (window->time() == nullptr) continue;
    visit(window, (calibrator++)->get());
  }
}

bool Estimates::Configure(bool on, const Series& series, uint32_t first_age) {
  std::vector<std::unique_ptr<Calibrator>> next;
  std::vector<PublishedCalibration*> published;
  for (Window* window : series.windows.Get()) {
    if (!on || window->time() == nullptr) continue;
    const auto same = std::find_if(
        calibrators_.begin(), calibrators_.end(), [&](const auto& c) {
          return c != nullptr && c->window().Is(window->settings());
        });
    next.push_back(same != calibrators_.end()
                       ? std::move(*same)
                       : std::make_unique<Calibrator>(
                             new PublishedCalibration{window->settings(), {}}));
    published.push_back(next.back()->published());
  }
  calibrators_ = std::move(next);
  published_->calibrations.Replace(std::move(published));
  if (on && !on_) first_age_ = first_age;
  if (!on) published_->means.Clear();
  return std::exchange(on_, on) != on;
}

void Estimates::RestartPositive() {
  published_->means.Clear(EstimateBins::kPositiveClass);
  for (const auto& calibrator : calibrators_) {
    calibrator->RestartPositive(reclaimer_);
  }
}

void Estimates::Advance(const Series& series, int64_t now_ms) {
  if (!on_) return;
  ForEachWindow(series, [&](Window* window, Calibrator* c) {
    const auto* const ring = window->time();
    const int64_t last = ring->LastLeft(now_ms);
    if (last <= c->epoch()) return;
    ring->VisitBetween(
        c->epoch(), last, [&](const Slot<StdAtomics>& slot, int64_t end_ms) {
          for (const auto part :
               {Calibrator::kOfPositive, Calibrator::kOfClasses}) {
            SparseCounts counts;
            slot.CopyTo(kJudged[part], &counts);
            c->Add(part, counts, end_ms, published_->means, reclaimer_);
          }
        });
    c->set_epoch(last);
  });
}

void Estimates::SetBack(const Series& series, int64_t now_ms) {
  if (!on_) return;
  ForEachWindow(series, [now_ms](Window* window, Calibrator* c) {
    c->SetBack(window->time()->LastLeft(now_ms), now_ms);
  });
}

void Estimates::Count(const Observation& pair, int64_t n,
                      const Counting& counting, JudgedSums* sums) const {
  if (pair.age() < first_age_) return;
  const auto to = [&](Calibrator::Part part) {
    return [sums, n, part](uint32_t key, bool is_label) {
      (*sums)[part].Add(key, n * (is_label ? JudgedCount::kPositive
                                           : JudgedCount::kNegative));
    };
  };
  const double score = PositiveScore(counting, pair);
  if (score >= 0 && pair.age() >= counting.scores_from) {
    VisitPositive(score, pair.predicted() == counting.positive,
                  pair.actual() == counting.positive,
                  to(Calibrator::kOfPositive));
  }
  if (!pair.has_scores()) return;
  VisitClasses(counting.scores->Of(pair.scores()), pair.predicted(),
               pair.actual(), to(Calibrator::kOfClasses));
}

void Estimates::Publish(const Series& series, const Publication& to) {
  const WindowChanges& changes = series.changes;
  if (!on_ || (changes.completed.empty() && changes.corrections.empty())) {
    return;
  }
  Clear(&to.scratch->judged);
  if (!to.by_prediction) {
    for (const auto& pair : changes.completed) {
      Count(pair.observation, 1, to.counting, &to.scratch->judged);
    }
  }
  ForEachWindow(series, [&](Window* window, Calibrator* calibrator) {
    if (to.by_prediction) {
      PublishByPrediction(series, window, calibrator, to);
    } else if (!changes.completed.empty()) {
      AddTo(&window->time()->Current(to.generation, to.now_ms),
            SumsFor(series, *window, to));
    }
    PublishCorrections(series, window, to);
  });
}

// The sums of completed pairs that the window counts.
const JudgedSums& Estimates::SumsFor(const Series& series, const Window& window,
                                     const Publication& to) const {
  const auto& completed = series.changes.completed;
  const auto is_seen = [&](const auto& pair) {
    return window.IsVisible(pair.age);
  };
  if (window.IsVisible(0) ||
      std::all_of(completed.begin(), completed.end(), is_seen)) {
    return to.scratch->judged;
  }
  JudgedSums* const some = &to.scratch->judged_of_some;
  Clear(some);
  for (const auto& pair : completed) {
    if (is_seen(pair)) Count(pair.observation, 1, to.counting, some);
  }
  return *some;
}

// Learns a pair at once if its time has left the window.
void Estimates::PublishByPrediction(const Series& series, Window* window,
                                    Calibrator* calibrator,
                                    const Publication& to) {
  JudgedSums* const sums = &to.scratch->judged_of_some;
  for (const auto& pair : series.changes.completed) {
    if (!window->IsVisible(pair.age)) continue;
    Clear(sums);
    Count(pair.observation, 1, to.counting, sums);
    if (auto* slot =
            window->time()->At(to.generation, pair.place_ms, to.now_ms)) {
      AddTo(slot, *sums);
    } else {
      Learn(*sums, to.now_ms, calibrator);
    }
  }
}

// Skips pairs that have left the window: the calibration keeps their first
// label.
void Estimates::PublishCorrections(const Series& series, Window* window,
                                   const Publication& to) const {
  JudgedSums* const sums = &to.scratch->judged_of_some;
  for (const auto& correction : series.changes.corrections) {
    if (!window->IsVisible(correction.age)) continue;
    auto* slot =
        window->time()->Past(to.generation, correction.place_ms, to.now_ms);
    if (slot == nullptr) continue;
    Clear(sums);
    Count(correction.from, -1, to.counting, sums);
    Count(correction.to, 1, to.counting, sums);
    AddTo(slot, *sums);
  }
}

void Estimates::Learn(const JudgedSums& sums, int64_t now_ms,
                      Calibrator* calibrator) {
  for (const auto part : {Calibrator::kOfPositive, Calibrator::kOfClasses}) {
    SparseCounts counts;
    sums[part].ForEach([&counts](uint32_t key, int64_t n) {
      counts.entries.emplace_back(key, static_cast<uint64_t>(n));
    });
    if (counts.entries.empty()) continue;
    calibrator->Add(part, counts, now_ms, published_->means, reclaimer_);
  }
}

template <class Archive>
void Estimates::Fields(Archive& archive) {
  archive.Part("estimates", [&] {
    archive.Field(1, first_age_);
    archive.Field(2, [&] { published_->means.Fields(archive); });
    archive.Field(3, [&] {
      for (const auto& calibrator : calibrators_) {
        calibrator->Fields(archive, reclaimer_);
      }
    });
  });
}

int64_t Estimates::MostBytes(size_t windows, const ModelTraits& traits) {
  if (!traits.scored) return 0;
  const uint32_t fields = FieldsOf(traits);
  return ScoreMeans::MostBytes(fields) + KeysBytes(fields) +
         static_cast<int64_t>(windows) * Calibrator::MostBytes(fields);
}

int64_t Estimates::SlotBytes(const ModelTraits& traits) {
  const auto bytes = [](SparseSection section, uint32_t keys) {
    SparseSize size = SizeOf(section, 0);
    // The cells do not grow beyond the number of keys.
    uint32_t grown = size.first;
    while (grown < keys && grown < size.most) grown *= 4;
    size.most = std::min(grown, size.most);
    return 2 * SparseCells<StdAtomics, EstimateBins>::HeapBytes(size);
  };
  const uint32_t keys = EstimateBins::KeysOf(FieldsOf(traits));
  return (traits.scored ? bytes(SparseSection::kJudgedScores, UINT32_MAX) : 0) +
         (traits.class_scored ? bytes(SparseSection::kJudgedClassScores, keys)
                              : 0);
}

template void Estimates::Fields(Save&);
template void Estimates::Fields(Load&);

}  // namespace plumbline
