// Calibrator: learns, for one time window, what scores are worth.
//
// It learns from pairs that were complete before the window began: whatever
// leaves the window is handed to it, so an estimate never rests on the labels
// that it is held against. Pairs are learnt in portions of 100 and more. A
// portion is first used to judge what was learnt before:
//
// - Contradiction. Where fewer predictions are right than was expected of them
//   (by more than 5 points and by 3 standard deviations of the
//   Poisson-binomial distribution), labels contradict the calibration, and the
//   portion is not learnt. A calibration that followed drift at once would hide
//   it: this one stands still, and the gap between estimate and labels stays.
//   The first 1,000 pairs, and the first two portions, are taken as they come.
// - Worth. The expected calibration error of the portion is measured with
//   scores as they are and as calibrated, which was learnt without it. Scores
//   are calibrated only while that makes the error smaller.
//
// Then the portion is added to counts of positive and other labels by bin of
// the score, and the probabilities are isotonic regression over the bins. The
// counts forget slowly: what is 30 days old, or 8 windows where that is longer,
// fades, but not below 10,000 pairs. While nothing is learnt nothing is
// forgotten.
//
// The writer's. What is learnt is published in a PublishedCalibration.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/estimate/calibration.h"
#include "core/estimate/published_estimates.h"
#include "core/metrics/scores.h"
#include "core/settings/settings.h"
#include "core/sync/reclaimer.h"
#include "core/window/sparse_cells.h"

namespace plumbline {

class Calibrator {
 public:
  explicit Calibrator(PublishedCalibration* published)
      : published_(published) {}
  Calibrator(const Calibrator&) = delete;
  Calibrator& operator=(const Calibrator&) = delete;

  const WindowSettings& window() const { return published_->window; }
  PublishedCalibration* published() const { return published_; }
  // The last epoch whose pairs it has been given.
  int64_t epoch() const { return epoch_; }
  void set_epoch(int64_t epoch) { epoch_ = epoch; }

  // Time goes back to `now_ms`, when this is the last epoch that has left.
  void SetBack(int64_t epoch, int64_t now_ms) {
    epoch_ = std::min(epoch_, epoch);
    for (Progress& progress : progress_) {
      progress.time_ms = std::min(progress.time_ms, now_ms);
    }
  }

  enum Part : uint8_t { kOfPositive, kOfClasses };

  // Pairs that have left the window by `time_ms`.
  void Add(Part part, const SparseCounts& pairs, int64_t time_ms,
           const ScoreMeans& means, Reclaimer* reclaimer);
  // The positive class is another one.
  void RestartPositive(Reclaimer* reclaimer);

  template <class Archive>
  void Fields(Archive& archive, Reclaimer* reclaimer);
  static int64_t MostBytes(uint32_t fields);

 private:
  static constexpr uint32_t kBins = EstimateBins::kBins;

  // One class against the rest.
  struct Field {
    // By bin, and whether it was predicted. Fractions where a slot counts
    // several bins as one.
    struct Cell {
      double positives = 0;
      double total = 0;
    };
    std::array<Cell, size_t{2} * kBins> portion{};
    BinValues positives{};
    BinValues totals{};
    // Of scores, as they were when it last learnt.
    BinValues means = MiddlesOfBins();
    // By calibration bin, the sums of label minus probability.
    std::array<double, kCalibrationBins> raw_errors{};
    std::array<double, kCalibrationBins> calibrated_errors{};

    CalibrationCurve isotonic;  // from the counts
    bool calibrates = false;    // that makes the error smaller

    bool is_fit() const { return !isotonic.block_variance.empty(); }
    // Of what was stored.
    bool IsSound() const;
    template <class Archive>
    void Fields(Archive& archive);
    void Judge(double positives, double n, uint32_t bin);
    void Fit();
  };
  struct Progress {
    uint64_t waiting = 0;  // pairs of the portion
    double learnt = 0;     // pairs, those forgotten left out
    bool judged = false;   // a portion has judged what was learnt before
    int64_t time_ms = 0;   // when it last learnt

    template <class Archive>
    void Fields(Archive& archive);
  };

  // The fields of a part.
  std::span<Field> FieldsOf(Part part);
  Field& FieldAt(uint32_t field);
  void Learn(Part part, int64_t time_ms, const ScoreMeans& means);
  void AddZeros();
  bool Contradicts(Part part);
  double ForgetsTo(const Progress& progress, int64_t time_ms) const;
  void Publish(Reclaimer* reclaimer);

  PublishedCalibration* const published_;
  int64_t epoch_ = INT64_MIN;
  std::vector<Field> fields_;
  std::array<Progress, 2> progress_;
};

}  // namespace plumbline
