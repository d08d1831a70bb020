// Calibrator: learns the calibration of scores for one time window.
//
// It learns only from pairs that have left the window, so the gap between an
// estimate and the window's labels is an out-of-sample check. It learns in
// portions of at least 100 pairs. Each portion first tests what was learnt
// before:
//
// - Contradiction. If fewer predictions are right than expected (by more than 5
//   points and by 3 standard deviations of the Poisson-binomial distribution),
//   labels contradict the calibration, and the portion is not learnt. A
//   calibration that followed drift at once would hide it: this one stays as it
//   is, and so does the gap between estimate and labels. The first 1,000 pairs,
//   and the first two portions, are learnt without this test.
// - Worth. The expected calibration error of the portion is measured with
//   uncalibrated and with calibrated scores; the calibration was learnt without
//   the portion. Scores are calibrated only while that makes the error smaller.
//
// Then the portion is added to counts of positive and of other labels by bin of
// the score. Probabilities are the isotonic regression over the bins. Counts
// decay slowly: those older than 30 days, or than 8 windows if that is longer,
// fade, but not below 10,000 pairs. Counts do not decay while nothing is
// learnt.
//
// Used by the writer only. PublishedCalibration has what is learnt.

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
  // The last epoch with pairs that it was given.
  int64_t epoch() const { return epoch_; }
  void set_epoch(int64_t epoch) { epoch_ = epoch; }

  // Sets time back to `now_ms`; `epoch` is the last epoch that has left by
  // then.
  void SetBack(int64_t epoch, int64_t now_ms) {
    epoch_ = std::min(epoch_, epoch);
    for (Progress& progress : progress_) {
      progress.time_ms = std::min(progress.time_ms, now_ms);
    }
  }

  enum Part : uint8_t { kOfPositive, kOfClasses };

  // Adds pairs that have left the window by `time_ms`.
  void Add(Part part, const SparseCounts& pairs, int64_t time_ms,
           const ScoreMeans& means, Reclaimer* reclaimer);
  // Forgets the positive class, as another one replaces it.
  void RestartPositive(Reclaimer* reclaimer);

  template <class Archive>
  void Fields(Archive& archive, Reclaimer* reclaimer);
  static int64_t MostBytes(uint32_t fields);

 private:
  static constexpr uint32_t kBins = EstimateBins::kBins;

  // One class against the rest.
  struct Field {
    // By bin and whether it was predicted. Counts are fractions if a slot
    // merges bins.
    struct Cell {
      double positives = 0;
      double total = 0;
    };
    std::array<Cell, size_t{2} * kBins> portion{};
    BinValues positives{};
    BinValues totals{};
    // Mean scores at the time of the last learning.
    BinValues means = MiddlesOfBins();
    // By calibration bin: sums of label minus probability.
    std::array<double, kCalibrationBins> raw_errors{};
    std::array<double, kCalibrationBins> calibrated_errors{};

    CalibrationCurve isotonic;  // from the counts
    bool calibrates = false;    // calibration makes the error smaller

    bool is_fit() const { return !isotonic.block_variance.empty(); }
    // True if a loaded field is valid.
    bool IsSound() const;
    template <class Archive>
    void Fields(Archive& archive);
    void Judge(double positives, double n, uint32_t bin);
    void Fit();
  };
  struct Progress {
    uint64_t waiting = 0;  // pairs in the portion
    double learnt = 0;     // pairs, less those forgotten
    bool judged = false;   // a portion has tested the calibration
    int64_t time_ms = 0;   // time of the last learning

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
