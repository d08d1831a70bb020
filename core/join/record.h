// Record: what the join remembers of one half, or one pair, of an event.

#pragma once

#include <compare>
#include <cstdint>

namespace plumbline {

// Keyed hash of model and id. The model's number is part of it, and numbers
// are never reused: a model that was deleted and returns finds nothing old.
struct PairKey {
  uint64_t hi = 0;
  uint64_t lo = 0;
  auto operator<=>(const PairKey&) const = default;
};

enum class RecordKind : uint8_t {
  kFree,
  kPrediction,  // of one version; with its label once joined
  kLabel,       // one that came first, or outlives the predictions it scored
  kPastLabel,   // a value that the label of this id has had before
};

// Records of one key form a chain. One cache line each.
struct Record {
  PairKey key;
  uint32_t next = 0;   // in the chain, or in the list of free records
  uint32_t owner = 0;  // ledger that counts it: its version's or its model's
  uint32_t age = 0;    // age bucket of its receipt
  uint32_t number_hi = 0;
  uint64_t number_lo : 16 = 0;
  uint64_t time : 48 = 0;        // ms; see below
  uint64_t label_time : 56 = 0;  // us; see below
  uint64_t kind_bits : 4 = 0;
  uint64_t joined : 1 = 0;
  uint64_t unsaved : 3 = 0;  // see core/join/unsaved_pairs.h
  uint64_t prediction = 0;   // class index, or bits of a double
  uint64_t label = 0;        // likewise

  //               waiting prediction        joined pair           label
  // time          timestamp of prediction   when completed        -
  // label_time    receipt (ms)              timestamp of label    same
  // number        -                         n-th of its version   n-th joined

  RecordKind kind() const { return static_cast<RecordKind>(kind_bits); }
  void set_kind(RecordKind kind) { kind_bits = static_cast<uint64_t>(kind); }
  uint64_t number() const { return uint64_t{number_hi} << 16 | number_lo; }
  void set_number(uint64_t number) {
    number_hi = static_cast<uint32_t>(number >> 16);
    number_lo = number & 0xffff;
  }
};
static_assert(sizeof(Record) == 64, "one cache line per record");

}  // namespace plumbline
