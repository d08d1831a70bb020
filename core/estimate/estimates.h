// Estimates: what is kept of a version to say how good its predictions are
// before their labels come. The predictions of a time window are counted by
// score, and so are its pairs; each window has a calibration of its own, which
// learns what has left it. core/estimate/estimate.h makes figures of that.
//
// The method is CBPE, confidence-based performance estimation (NannyML): a
// calibrated score is the probability that its class is the label, so what a
// confusion matrix will be is known in expectation.

#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "core/estimate/calibrator.h"
#include "core/estimate/scored.h"
#include "core/sync/published_list.h"
#include "core/window/series.h"

namespace plumbline {

class Estimates {
 public:
  explicit Estimates(Reclaimer* reclaimer)
      : reclaimer_(reclaimer), means_(reclaimer), calibrators_(reclaimer) {}

  bool on() const { return on_; }
  // [Writer] Windows that stay keep what they have learnt. Pairs count whose
  // prediction has age `first_age` or later, where this switches it on. True if
  // what slots have counted is to be cleared.
  bool Configure(bool on, const Series& series, uint32_t first_age);
  // [Writer] What was counted of the positive class was of another one.
  void RestartPositive();

  // [Writer] A prediction has this score.
  void NoteScore(uint32_t field, double score) {
    means_.Add(field, EstimateBins::BinOf(score), score);
  }
  // [Writer] Learns what leaves the windows by now. To be called before slots
  // are given to another time.
  void Advance(const Series& series, int64_t now_ms);
  // [Writer] Time goes back to `now_ms`. To be called after Advance() to what
  // it was, and before that of the windows does.
  void SetBack(const Series& series, int64_t now_ms);
  // [Writer] Counts the pairs of a group. REQUIRES: Advance() to this time.
  void Publish(const Series& series, uint64_t generation, int64_t now_ms,
               const Counting& counting, bool by_prediction, Tallies* scratch);

  // [Any thread] Under a Reclaimer::Guard. What scores are worth; null where
  // nothing is estimated.
  std::shared_ptr<const Calibration> CalibrationOf(
      const WindowSettings& window) const;

  // REQUIRES: to load, that Configure() was called as when it was saved.
  template <class Archive>
  void Do(Archive& archive);

  // Memory at most: of so many time windows, and of a slot of one.
  static int64_t MostBytes(size_t windows, const ModelTraits& traits);
  static int64_t SlotBytes(const ModelTraits& traits);

 private:
  using TimeWindow = TimeRing<StdAtomics>;
  // Calls visit(ring, window, calibrator) for each time window.
  template <class Visit>
  void ForEachWindow(const Series& series, Visit visit);
  // Adds `n` times what a pair counts.
  void Count(const Observation& pair, int64_t n, const Counting& counting,
             JudgedSums* sums) const;
  const JudgedSums& SumsFor(const Series& series, const Window& window,
                            const Counting& counting, Tallies* scratch) const;
  void PublishByPrediction(const Series& series, TimeWindow* ring,
                           const Window& window, Calibrator* calibrator,
                           uint64_t generation, int64_t now_ms,
                           const Counting& counting, JudgedSums* scratch);
  void PublishCorrections(const Series& series, TimeWindow* ring,
                          const Window& window, uint64_t generation,
                          int64_t now_ms, const Counting& counting,
                          JudgedSums* scratch) const;
  void Learn(const JudgedSums& sums, int64_t now_ms, Calibrator* calibrator);
  Calibration WithScoresAsTheyAre(Calibration calibration) const;

  Reclaimer* const reclaimer_;
  bool on_ = false;
  uint32_t first_age_ = 0;
  ScoreMeans means_;
  // By time window of the version, in their order.
  PublishedList<Calibrator> calibrators_;
};

}  // namespace plumbline
