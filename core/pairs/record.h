// Record: the join's memory of one half, or of a whole pair, of an event.

#pragma once

#include <bit>
#include <compare>
#include <cstdint>

namespace plumbline {

// Keyed hash of model and id. The number of the model is part of it, and
// numbers are never reused: a model that returns after a deletion finds no old
// records.
struct PairKey {
  uint64_t hi = 0;
  uint64_t lo = 0;
  auto operator<=>(const PairKey&) const = default;
};

enum class RecordKind : uint8_t {
  kFree,
  kPrediction,   // of one version; with its label once joined
  kLabel,        // came first, or outlives the predictions it scored
  kPastLabel,    // another value that was a label of this id
  kDetail,       // more of a prediction: class scores, or a set
  kLabelDetail,  // more of a record's label: a set of classes
};

// Stored numbers of records above this are refused, so that sums of bytes do
// not overflow.
inline constexpr uint64_t kMostRecords = uint64_t{1} << 44;

// Records of one key form a chain. One cache line each.
struct Record {
  PairKey key;
  uint32_t next = 0;        // in the chain, or in the list of free records
  uint32_t age = 0;         // age bucket of its receipt
  uint64_t owner : 28 = 0;  // number of the version or model that counts it
  uint64_t kind_bits : 3 = 0;
  uint64_t joined : 1 = 0;
  uint64_t dirty : 3 = 0;    // see core/pairs/dirty_pairs.h
  uint64_t slices : 16 = 0;  // a set of Slicing; in a label: is_early()
  uint64_t scored : 1 = 0;   // holds a score; see below
  uint64_t number_high : 12 = 0;
  uint64_t time : 44 = 0;  // ms; see below
  uint64_t number_low : 20 = 0;
  uint64_t label_time : 53 = 0;  // us; see below
  uint64_t number_middle : 11 = 0;
  uint64_t first = 0;
  uint64_t second = 0;

  //               waiting prediction        joined pair           label
  // time          timestamp of prediction   place (see series.h)  -
  // label_time    receipt (ms)              timestamp of label    same
  //                                         as sent, else receipt
  // number        n-th of its version       n-th joined of it     n-th, joined
  //
  // A value is a class index, the bits of a double, or the bits of a set of
  // classes (see class_set.h). `first` is the prediction and `second` the
  // label. With a score both are classes in `first`, and `second` is the score.
  // `first` and `second` of a detail each hold a class's score, or kNoScore, or
  // classes of a set. The owner, age and number of a detail are those of its
  // record.

  RecordKind kind() const { return static_cast<RecordKind>(kind_bits); }
  void set_kind(RecordKind kind) { kind_bits = static_cast<uint64_t>(kind); }
  bool is_detail() const {
    return kind() == RecordKind::kDetail || kind() == RecordKind::kLabelDetail;
  }
  bool holds_label() const {
    return kind() == RecordKind::kLabel ||
           (kind() == RecordKind::kPrediction && joined);
  }
  uint64_t number() const {
    return uint64_t{number_high} << 31 | uint64_t{number_middle} << 20 |
           number_low;
  }
  void set_number(uint64_t number) {
    number_high = number >> 31 & 0xfff;
    number_middle = number >> 20 & 0x7ff;
    number_low = number & 0xfffff;
  }

  // For a label: true if its value is an index in Model::early_labels.
  bool is_early() const { return kind() != RecordKind::kPrediction && slices; }
  void set_early(bool early) { slices = early; }

  uint64_t prediction() const { return scored ? first & 0xffffffff : first; }
  uint64_t label() const { return scored ? first >> 32 : second; }
  // Negative if there is none.
  double score() const { return scored ? std::bit_cast<double>(second) : -1; }
  // REQUIRES: there is no label yet.
  void set_prediction(uint64_t prediction, double score) {
    scored = score >= 0;
    first = prediction;
    if (scored) second = std::bit_cast<uint64_t>(score);
  }
  void set_label(uint64_t label) {
    if (scored) {
      first = (first & 0xffffffff) | label << 32;
    } else {
      second = label;
    }
  }
};
// A class and its score, rounded to the upper 48 bits.
inline constexpr uint64_t kNoScore = ~uint64_t{0};
inline uint64_t PackScore(uint32_t class_index, double score) {
  const uint64_t bits = std::bit_cast<uint64_t>(score) + 0x8000;
  return uint64_t{class_index} << 48 | bits >> 16;
}
inline uint32_t ClassOfPacked(uint64_t packed) {
  return static_cast<uint32_t>(packed >> 48);
}
inline double ScoreOfPacked(uint64_t packed) {
  return std::bit_cast<double>(packed << 16);
}

static_assert(sizeof(Record) == 64, "one cache line per record");

}  // namespace plumbline
