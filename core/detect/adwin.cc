#include "core/detect/adwin.h"

#include <algorithm>
#include <cmath>

namespace plumbline {
namespace {

// The squared deviations of two groups together, less those of each.
double Between(double n0, double sum0, double n1, double sum1) {
  const double difference = sum0 / n0 - sum1 / n1;
  return n0 * n1 * difference * difference / (n0 + n1);
}

double SizeOf(size_t row) { return std::ldexp(1, static_cast<int>(row)); }

}  // namespace

std::optional<Change> Adwin::Add(double error) {
  Insert(error);
  if (++seen_ % kClock != 0 || width_ <= kGrace) return std::nullopt;
  evidence_ = {};
  const double width = static_cast<double>(width_);
  double dropped = 0;
  while (FindCut()) dropped += DropOldest().sum;
  const double left = static_cast<double>(width_);
  if (left == width) return std::nullopt;
  return Change{dropped / (width - left), sum_ / left};
}

void Adwin::Insert(double error) {
  if (rows_.empty()) rows_.emplace_back();
  Row& first = rows_.front();
  first.buckets[first.size++] = {error, 0};
  if (width_ > 0) {
    squares_ += Between(static_cast<double>(width_), sum_, 1, error);
  }
  ++width_;
  sum_ += error;
  if (first.size > kBuckets) Compress();
}

// Merges two buckets of `n` errors each.
Adwin::Bucket Adwin::Together(const Bucket& a, const Bucket& b, double n) {
  return {a.sum + b.sum, a.squares + b.squares + Between(n, a.sum, n, b.sum)};
}

void Adwin::Compress() {
  for (size_t r = 0; r < rows_.size() && rows_[r].size > kBuckets; ++r) {
    if (r + 1 == rows_.size()) rows_.emplace_back();
    Row& row = rows_[r];
    Row& next = rows_[r + 1];
    next.buckets[next.size++] =
        Together(row.buckets[0], row.buckets[1], SizeOf(r));
    std::copy(row.buckets.begin() + 2, row.buckets.end(), row.buckets.begin());
    row.size -= 2;
  }
}

// True if the window must be cut; otherwise all cuts were tried.
bool Adwin::FindCut() {
  const double width = static_cast<double>(width_);
  const double d = std::log(2 * std::log(width) / settings_.delta);
  const double v = squares_ / width;
  double n0 = 0;
  double sum0 = 0;
  double nearest = 0;
  for (size_t r = rows_.size(); r-- > 0;) {
    const Row& row = rows_[r];
    for (size_t i = 0; i < row.size; ++i) {
      n0 += SizeOf(r);
      sum0 += row.buckets[i].sum;
      const double n1 = width - n0;
      if (n1 < kLeastSide) return false;
      if (n0 < kLeastSide) continue;
      const double m = 1 / (n0 - kLeastSide + 1) + 1 / (n1 - kLeastSide + 1);
      const double difference = std::fabs(sum0 / n0 - (sum_ - sum0) / n1);
      const double cut = std::sqrt(2 * m * v * d) + 2.0 / 3 * m * d;
      if (difference >= nearest * cut) {
        nearest = difference / cut;
        evidence_ = {difference, cut};
      }
      if (difference > cut) return true;
    }
  }
  return false;
}

Adwin::Bucket Adwin::DropOldest() {
  Row& row = rows_.back();
  const Bucket oldest = row.buckets[0];
  std::copy(row.buckets.begin() + 1, row.buckets.end(), row.buckets.begin());
  --row.size;
  const double n = SizeOf(rows_.size() - 1);
  while (!rows_.empty() && rows_.back().size == 0) rows_.pop_back();
  width_ -= static_cast<uint64_t>(n);
  AddUp();
  return oldest;
}

// Sums the buckets anew: subtracting a bucket with one huge error would leave a
// rounding error in the sums.
void Adwin::AddUp() {
  double n = 0;
  sum_ = squares_ = 0;
  for (size_t r = 0; r < rows_.size(); ++r) {
    const double size = SizeOf(r);
    for (size_t i = rows_[r].size; i-- > 0;) {
      const Bucket& bucket = rows_[r].buckets[i];
      squares_ += bucket.squares;
      if (n > 0) squares_ += Between(n, sum_, size, bucket.sum);
      n += size;
      sum_ += bucket.sum;
    }
  }
}

std::vector<Adwin::StoredRow> Adwin::RowsToStore() const {
  std::vector<StoredRow> stored;
  for (const Row& row : rows_) {
    stored.emplace_back(row.buckets.begin(),
                        row.buckets.begin() + static_cast<ptrdiff_t>(row.size));
  }
  return stored;
}

bool Adwin::TakeRows(std::vector<StoredRow> stored) {
  constexpr size_t kMostStored = 63;
  if (stored.size() > kMostStored) return false;
  uint64_t width = 0;
  for (size_t r = 0; r < stored.size(); ++r) {
    if (stored[r].size() > (width_ - width) >> r) return false;
    width += uint64_t{stored[r].size()} << r;
  }
  if (width != width_ || (!stored.empty() && stored.back().empty())) {
    return false;
  }
  // Surplus buckets of a row merge into buckets of the next row.
  for (size_t r = 0; r < stored.size(); ++r) {
    const size_t surplus =
        stored[r].size() > kBuckets ? (stored[r].size() - kBuckets + 1) / 2 : 0;
    if (surplus > 0 && r + 1 == stored.size()) stored.emplace_back();
    for (size_t i = 0; i < surplus; ++i) {
      stored[r + 1].push_back(
          Together(stored[r][2 * i], stored[r][2 * i + 1], SizeOf(r)));
    }
    stored[r].erase(stored[r].begin(),
                    stored[r].begin() + static_cast<ptrdiff_t>(2 * surplus));
  }
  rows_.resize(std::min(stored.size(), kMostRows));
  uint64_t kept = 0;
  for (size_t r = 0; r < rows_.size(); ++r) {
    rows_[r].size = stored[r].size();
    std::copy(stored[r].begin(), stored[r].end(), rows_[r].buckets.begin());
    kept += uint64_t{rows_[r].size} << r;
  }
  // The rows beyond the limit are the oldest: the window drops them.
  if (kept == width_) return true;
  while (!rows_.empty() && rows_.back().size == 0) rows_.pop_back();
  width_ = kept;
  AddUp();
  return true;
}

}  // namespace plumbline
