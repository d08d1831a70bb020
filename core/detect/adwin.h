// ADWIN: a window over the errors that shrinks when its older part differs from
// its newer one (A. Bifet and R. Gavaldà, "Learning from Time-Changing Data
// with Adaptive Windowing", SDM 2007).
//
// The window is an exponential histogram. Row r has up to five buckets of 2^r
// errors each; the last row is the oldest. A bucket keeps the sum and the sum
// of squared deviations (merged as in B. Babcock et al., "Maintaining variance
// and k-medians over data stream windows", PODS 2003). When a row gets one
// bucket more, its two oldest merge into one of the next row. So W errors take
// about 5 log2(W / 5) buckets.
//
// Each cut between two buckets splits the window into n0 older errors with mean
// u0 and n1 newer ones with mean u1. With the window's variance v and
//     m = 1 / (n0 - 4) + 1 / (n1 - 4)       d = ln(2 ln(W) / delta)
// the parts differ if |u0 - u1| > sqrt(2 m v d) + 2/3 m d. Then the oldest
// bucket is dropped, and all cuts are tried again. Another well-known
// implementation leaves out the newest cut of every row, and so finds less.
//
// As in MOA, cuts are tried after every 32nd error, once there are more than 10
// errors, with at least 5 on each side.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/detect/change.h"
#include "core/settings/detector_settings.h"

namespace plumbline {

class Adwin {
 public:
  explicit Adwin(const AdwinSettings& settings) : settings_(settings) {}

  const AdwinSettings& settings() const { return settings_; }

  std::optional<Change> Add(double error);

  // The evidence of the cut nearest to a change, when cuts were last tried.
  const Evidence& evidence() const { return evidence_; }
  uint64_t width() const { return width_; }

  static constexpr int64_t MostBytes() {
    return static_cast<int64_t>(kMostRows * sizeof(Row));
  }

  // See core/codec/archive.h.
  template <class Archive>
  void Fields(Archive& archive);

 private:
  static constexpr size_t kBuckets = 5;
  static constexpr size_t kMostRows = 48;
  static constexpr uint64_t kClock = 32;
  static constexpr uint64_t kGrace = 10;
  static constexpr double kLeastSide = 5;

  struct Bucket {
    double sum = 0;
    double squares = 0;  // squared deviations from its mean
  };
  struct Row {
    std::array<Bucket, kBuckets + 1> buckets;  // oldest first
    size_t size = 0;
  };

  void Insert(double error);
  void Compress();
  static Bucket Together(const Bucket& a, const Bucket& b, double n);
  bool FindCut();
  Bucket DropOldest();
  void AddUp();
  // The stored form of a row: any number of buckets, as another build may keep
  // another number.
  using StoredRow = std::vector<Bucket>;
  std::vector<StoredRow> RowsToStore() const;
  // False if the buckets do not match the window's width, or the last row is
  // empty.
  bool TakeRows(std::vector<StoredRow> stored);

  AdwinSettings settings_;
  std::vector<Row> rows_;
  uint64_t width_ = 0;
  double sum_ = 0;
  double squares_ = 0;
  uint64_t seen_ = 0;
  Evidence evidence_;
};

template <class Archive>
void Adwin::Fields(Archive& archive) {
  archive.Part("ADWIN", [&] {
    archive.Field(1, width_);
    archive.Field(2, sum_);
    archive.Field(3, squares_);
    archive.Field(4, seen_);
    archive.Field(5, evidence_.statistic);
    archive.Field(6, evidence_.threshold);
    archive.Field(7, [&] {
      std::vector<StoredRow> rows = RowsToStore();
      DoEach(archive, rows, [&](StoredRow& row) {
        DoEach(archive, row, [&](Bucket& bucket) {
          archive.Do(bucket.sum);
          archive.Do(bucket.squares);
        });
      });
      if constexpr (Archive::kLoads) {
        if (!archive.ok() || !TakeRows(std::move(rows))) archive.Fail();
      }
    });
  });
}

}  // namespace plumbline
