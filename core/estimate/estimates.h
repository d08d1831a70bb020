// Estimates: the writer's part of estimating a version's figures before labels
// come. It counts the predictions of a time window by score, and its pairs too.
// Each window has its own calibration, which learns from pairs that left the
// window. core/estimate/estimate.h computes the figures.
//
// The method is CBPE, confidence-based performance estimation (NannyML): a
// calibrated score is the probability that its class is the label, so the
// expected confusion matrix is known.
//
// Used by the writer only. Readers see published_estimates.h.

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
  // Windows that stay keep their calibration. If this switches estimates on, it
  // counts pairs of predictions from age `first_age` on. Returns true if the
  // counts in slots must be cleared.
  bool Configure(bool on, const Series& series, uint32_t first_age);
  // Restarts the positive class: its counts were of another class.
  void RestartPositive();

  // Adds the score of a prediction to the means.
  void NoteScore(uint32_t field, double score) {
    published_->means.Add(field, EstimateBins::BinOf(score), score);
  }
  // Learns the pairs that leave the windows by `now_ms`. Call it before slots
  // are reused for a later time.
  void Advance(const Series& series, int64_t now_ms);
  // Sets time back to `now_ms`. Call it after Advance() to the time before, and
  // before the windows are set back.
  void SetBack(const Series& series, int64_t now_ms);
  // Counts the pairs of a group. REQUIRES: Advance() to this time.
  void Publish(const Series& series, const Publication& to);

  // REQUIRES before a load: Configure() with the settings of the save.
  template <class Archive>
  void Fields(Archive& archive);

  // Upper bounds of the memory: of so many time windows, and of a slot of one.
  static int64_t MostBytes(size_t windows, const ModelTraits& traits);
  static int64_t SlotBytes(const ModelTraits& traits);

 private:
  // Calls visit(window, calibrator) for each time window.
  template <class Visit>
  void ForEachWindow(const Series& series, Visit visit);
  // Adds the counts of a pair `n` times.
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
  // By time window of the version, in the windows' order.
  std::vector<std::unique_ptr<Calibrator>> calibrators_;
};

}  // namespace plumbline
