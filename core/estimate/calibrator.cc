#include "core/estimate/calibrator.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

#include "core/codec/archive.h"

namespace plumbline {
namespace {

constexpr double kMostPairs = 1e18;  // limit of a sound image
// The positive class, and the first classes.
constexpr size_t kMostFields = EstimateBins::kClasses + 1;
constexpr uint64_t kPortion = 100;  // pairs, at least
constexpr double kSettled = 1000;   // pairs; after these, labels can contradict
constexpr double kStandardDeviations = 3;
constexpr double kMaterial = 0.05;  // a difference in accuracy
constexpr double kKept = 10'000;    // pairs that do not decay
constexpr int64_t kFadesMs = 30LL * 24 * 3600 * 1000;
constexpr int64_t kFadesWindows = 8;

double ErrorOf(const std::array<double, kCalibrationBins>& errors) {
  return std::accumulate(
      errors.begin(), errors.end(), 0.0,
      [](double sum, double e) { return sum + std::fabs(e); });
}

}  // namespace

// ---- Learning ----

std::span<Calibrator::Field> Calibrator::FieldsOf(Part part) {
  const std::span all(fields_);
  const size_t positive = std::min<size_t>(all.size(), 1);
  return part == kOfPositive ? all.first(positive) : all.subspan(positive);
}

Calibrator::Field& Calibrator::FieldAt(uint32_t field) {
  if (field >= fields_.size()) fields_.resize(field + 1);
  return fields_[field];
}

void Calibrator::Add(Part part, const SparseCounts& pairs, int64_t time_ms,
                     const ScoreMeans& means, Reclaimer* reclaimer) {
  uint64_t& waiting = progress_[part].waiting;
  // Sorts the entries, so that sums of fractions do not depend on the table's
  // history.
  auto entries = pairs.entries;
  std::sort(entries.begin(), entries.end());
  for (const auto& [key, count] : entries) {
    const uint64_t n =
        JudgedCount::Positives(count) + JudgedCount::Negatives(count);
    if (n == 0) continue;
    if (key == EstimateBins::kAll) {
      waiting += n;
      continue;
    }
    const auto place = EstimateBins::PlaceOf(key);
    const auto group = EstimateBins::GroupOf(place, pairs.level);
    Field& field = FieldAt(place.field);
    for (uint32_t bin = group.first; bin <= group.last; ++bin) {
      Field::Cell& cell = field.portion[2 * bin + (place.predicted ? 1 : 0)];
      cell.positives +=
          static_cast<double>(JudgedCount::Positives(count)) / group.size();
      cell.total += static_cast<double>(n) / group.size();
    }
    if (part == kOfPositive) waiting += n;
  }
  if (waiting < kPortion) return;
  if (part == kOfClasses) AddZeros();
  const bool contradicts = Contradicts(part);
  if (!contradicts) Learn(part, time_ms, means);
  waiting = 0;
  for (Field& field : FieldsOf(part)) field.portion = {};
  if (!contradicts) Publish(reclaimer);
}

// Adds pairs without a cell for a class: their score was 0, and the class was
// neither predicted nor the label.
void Calibrator::AddZeros() {
  for (Field& field : FieldsOf(kOfClasses)) {
    double n = 0;
    for (const Field::Cell& cell : field.portion) n += cell.total;
    const auto all = static_cast<double>(progress_[kOfClasses].waiting);
    field.portion[0].total += std::max(all - n, 0.0);
  }
}

// True if predictions of the portion are right less often than expected.
bool Calibrator::Contradicts(Part part) {
  const Progress& progress = progress_[part];
  // Until a portion has tested the calibration, overconfident scores would
  // contradict labels for ever.
  if (progress.learnt < kSettled || !progress.judged) return false;
  double n = 0;
  double surplus = 0;  // right predictions beyond those expected
  double variance = 0;
  for (const Field& field : FieldsOf(part)) {
    const BinValues& probability =
        field.calibrates ? field.isotonic.probability : field.means;
    for (uint32_t cell = 0; cell < field.portion.size(); ++cell) {
      const bool predicted = cell % 2 != 0;
      // With several classes, only the predicted class of a pair counts.
      if (part == kOfClasses && !predicted) continue;
      const auto [positives, here] = field.portion[cell];
      const double p = probability[cell / 2];
      n += here;
      surplus += predicted ? positives - here * p : here * p - positives;
      variance += here * p * (1 - p);
    }
  }
  return surplus <
         -std::max(kStandardDeviations * std::sqrt(variance), kMaterial * n);
}

// The factor by which counts have decayed by now.
double Calibrator::ForgetsTo(const Progress& progress, int64_t time_ms) const {
  if (progress.learnt <= kKept) return 1;
  const auto fades = static_cast<double>(
      std::max(kFadesMs, kFadesWindows * window().length_ms));
  const auto passed = static_cast<double>(time_ms - progress.time_ms);
  return std::clamp(1 - passed / fades, kKept / progress.learnt, 1.0);
}

void Calibrator::Learn(Part part, int64_t time_ms, const ScoreMeans& means) {
  Progress& progress = progress_[part];
  const double kept = ForgetsTo(progress, time_ms);
  for (Field& field : FieldsOf(part)) {
    const auto number = static_cast<uint32_t>(&field - fields_.data());
    for (double& e : field.raw_errors) e *= kept;
    for (double& e : field.calibrated_errors) e *= kept;
    for (uint32_t bin = 0; bin < kBins; ++bin) {
      const Field::Cell& no = field.portion[size_t{2} * bin];
      const Field::Cell& yes = field.portion[size_t{2} * bin + 1];
      const double positives = no.positives + yes.positives;
      const double n = no.total + yes.total;
      if (field.is_fit() && n > 0) field.Judge(positives, n, bin);
      field.positives[bin] = field.positives[bin] * kept + positives;
      field.totals[bin] = field.totals[bin] * kept + n;
    }
    field.means = means.Of(number);
    field.Fit();
  }
  progress.judged = progress.judged || progress.learnt > 0;
  progress.learnt =
      progress.learnt * kept + static_cast<double>(progress.waiting);
  progress.time_ms = std::max(progress.time_ms, time_ms);
}

void Calibrator::Field::Judge(double positives, double n, uint32_t bin) {
  const auto add = [&](std::array<double, kCalibrationBins>* errors, double p) {
    (*errors)[CalibrationBinOf(p)] += positives - n * p;
  };
  add(&raw_errors, means[bin]);
  add(&calibrated_errors, isotonic.probability[bin]);
}

bool Calibrator::Field::IsSound() const {
  const auto is_count = [](double n) { return n >= 0 && n <= kMostPairs; };
  const auto is_error = [](double e) { return std::fabs(e) <= kMostPairs; };
  return std::all_of(portion.begin(), portion.end(),
                     [&](const Cell& cell) {
                       return is_count(cell.positives) && is_count(cell.total);
                     }) &&
         std::all_of(positives.begin(), positives.end(), is_count) &&
         std::all_of(totals.begin(), totals.end(), is_count) &&
         std::all_of(means.begin(), means.end(),
                     [](double p) { return p >= 0 && p <= 1; }) &&
         std::all_of(raw_errors.begin(), raw_errors.end(), is_error) &&
         std::all_of(calibrated_errors.begin(), calibrated_errors.end(),
                     is_error);
}

void Calibrator::Field::Fit() {
  isotonic =
      CalibrationCurve::Isotonic(PoolAdjacentViolators(positives, totals));
  calibrates = ErrorOf(calibrated_errors) < ErrorOf(raw_errors);
}

void Calibrator::RestartPositive(Reclaimer* reclaimer) {
  progress_[kOfPositive] = {};
  for (Field& field : FieldsOf(kOfPositive)) field = {};
  Publish(reclaimer);
}

void Calibrator::Publish(Reclaimer* reclaimer) {
  Calibration calibration;
  calibration.of_positive = progress_[kOfPositive].judged;
  calibration.of_classes = progress_[kOfClasses].judged;
  for (const Field& field : fields_) {
    calibration.curves.push_back(
        field.calibrates ? field.isotonic : CalibrationCurve::Raw(field.means));
  }
  const bool learnt = calibration.of_positive || calibration.of_classes;
  published_->learnt.Publish(
      learnt ? std::make_shared<const Calibration>(std::move(calibration))
             : nullptr,
      reclaimer);
}

int64_t Calibrator::MostBytes(uint32_t fields) {
  // Includes the spare capacity of a growing list, and what is published.
  return static_cast<int64_t>(sizeof(Calibrator)) +
         int64_t{fields > 1 ? 2 : 1} * fields *
             static_cast<int64_t>(sizeof(Field) + sizeof(CalibrationCurve) +
                                  2 * kBins * sizeof(double));
}

template <class Archive>
void Calibrator::Progress::Fields(Archive& archive) {
  archive.Part("the progress of a calibration", [&] {
    archive.Field(1, waiting);
    FieldBetween(archive, 2, learnt, 0, kMostPairs);
    archive.Field(3, judged);
    archive.Field(4, [&] { DoTime(archive, time_ms); });
  });
}

template <class Archive>
void Calibrator::Field::Fields(Archive& archive) {
  archive.Part("the calibration of a class", [&] {
    archive.Field(1, portion);
    archive.Field(2, positives);
    archive.Field(3, totals);
    archive.Field(4, means);
    archive.Field(5, raw_errors);
    archive.Field(6, calibrated_errors);
  });
  if constexpr (Archive::kLoads) {
    if (!archive.ok() || !IsSound()) return archive.Fail();
    Fit();
  }
}

template <class Archive>
void Calibrator::Fields(Archive& archive, Reclaimer* reclaimer) {
  archive.Part("a calibration", [&] {
    archive.Field(1, epoch_);
    archive.Field(2, [&] { progress_[kOfPositive].Fields(archive); });
    archive.Field(3, [&] { progress_[kOfClasses].Fields(archive); });
    archive.Field(4, [&] {
      DoEach(archive, fields_, [&](Field& field) { field.Fields(archive); });
    });
  });
  if constexpr (Archive::kLoads) {
    if (!archive.ok()) return;
    if (fields_.size() > kMostFields) fields_.resize(kMostFields);
    Publish(reclaimer);
  }
}

template void Calibrator::Fields(Save&, Reclaimer*);
template void Calibrator::Fields(Load&, Reclaimer*);

}  // namespace plumbline
