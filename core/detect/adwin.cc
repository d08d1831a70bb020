#include "core/detect/adwin.h"

#include <algorithm>
#include <cmath>

namespace plumbline {
namespace {

// Squared deviations of two groups together, beyond those of each.
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

void Adwin::Compress() {
  for (size_t r = 0; r < rows_.size() && rows_[r].size > kBuckets; ++r) {
    if (r + 1 == rows_.size()) rows_.emplace_back();
    Row& row = rows_[r];
    Row& next = rows_[r + 1];
    const Bucket& a = row.buckets[0];
    const Bucket& b = row.buckets[1];
    const double n = SizeOf(r);
    next.buckets[next.size++] = {
        a.sum + b.sum, a.squares + b.squares + Between(n, a.sum, n, b.sum)};
    std::copy(row.buckets.begin() + 2, row.buckets.end(), row.buckets.begin());
    row.size -= 2;
  }
}

// True if the window is to be cut. Otherwise all cuts were looked at.
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

// Anew from the buckets: what is subtracted from a sum that one huge error was
// in, leaves its rounding behind.
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

bool Adwin::IsWhole() const {
  uint64_t width = 0;
  for (size_t r = 0; r < rows_.size(); ++r) {
    width += uint64_t{rows_[r].size} << r;
  }
  return width == width_ && (rows_.empty() || rows_.back().size > 0);
}

}  // namespace plumbline
