// Estimates: what is kept of a version to say how good its predictions are
// before their labels come. The predictions of a time window are counted by
// score, and so are its pairs; each window has a calibration of its own, which
// learns what has left it. core/estimate/estimate.h makes figures of that.
//
// The method is CBPE, confidence-based performance estimation (NannyML): a
// calibrated score is the probability that its class is the label, so what a
// confusion matrix will be is known in expectation.
//
// The writer's alone. What readers see is in published_estimates.h.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/estimate/published_estimates.h"
#include "core/window/series.h"

namespace plumbline {

class Calibrator;

class Estimates {
 public:
  Estimates(PublishedEstimates* published, Reclaimer* reclaimer);
  ~Estimates();

  bool on() const { return on_; }
  // Windows that stay keep what they have learnt. Pairs count whose
  // prediction has age `first_age` or later, where this switches it on. True if
  // what slots have counted is to be cleared.
  bool Configure(bool on, const Series& series, uint32_t first_age);
  // What was counted of the positive class was of another one.
  void RestartPositive();

  // A prediction has this score.
  void NoteScore(uint32_t field, double score) {
    published_->means.Add(field, EstimateBins::BinOf(score), score);
  }
  // Learns what leaves the windows by now. To be called before slots
  // are given to another time.
  void Advance(const Series& series, int64_t now_ms);
  // Time goes back to `now_ms`. To be called after Advance() to what
  // it was, and before that of the windows does.
  void SetBack(const Series& series, int64_t now_ms);
  // Counts the pairs of a group. REQUIRES: Advance() to this time.
  void Publish(const Series& series, const Publication& to);

  // REQUIRES: to load, that Configure() was called as when it was saved.
  template <class Archive>
  void Fields(Archive& archive);

  // Memory at most: of so many time windows, and of a slot of one.
  static int64_t MostBytes(size_t windows, const ModelTraits& traits);
  static int64_t SlotBytes(const ModelTraits& traits);

 private:
  // Calls visit(window, calibrator) for each time window.
  template <class Visit>
  void ForEachWindow(const Series& series, Visit visit);
  // Adds `n` times what a pair counts.
  void Count(const Observation& pair, int64_t n, const Counting& counting,
             JudgedSums* sums) const;
  const JudgedSums& SumsFor(const Series& series, const Window& window,
                            const Publication& to) const;
  void PublishByPrediction(const Series& series, Window* window,
                           Calibrator* calibrator, const Publication& to);
  void PublishCorrections(const Series& series, Window* window,
                          const Publication& to) const;
  void Learn(const JudgedSums& sums, int64_t now_ms, Calibrator* calibrator);

  PublishedEstimates* const published_;
  Reclaimer* const reclaimer_;
  bool on_ = false;
  uint32_t first_age_ = 0;
  // By time window of the version, in their order.
  std::vector<std::unique_ptr<Calibrator>> calibrators_;
};

}  // namespace plumbline
