// KnownId: what is remembered of one id of a model, for queries.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/pairs/record.h"

namespace plumbline {

struct Model;
class State;

// A class, a number, or a set of classes. monostate: a set was given, but its
// classes were not kept.
using KnownValue =
    std::variant<std::monostate, std::string, double, std::vector<std::string>>;

struct KnownPrediction {
  std::string version;
  KnownValue value;
  std::optional<double> score;
  std::vector<std::pair<std::string, double>> scores;  // by class; without
                                                       // those that are 0
  bool waits = false;
  // The time of receipt lies in this range. It is exact to the millisecond for
  // a waiting prediction, and as narrow as the age buckets tell for a joined
  // one.
  int64_t received_from_ms = 0;
  int64_t received_to_ms = 0;
  int64_t expires_ms = 0;
};

struct KnownLabel {
  KnownValue value;
  int64_t time_us = 0;  // orders the labels of the id
  bool waits = false;   // it has scored nothing so far
  int64_t expires_ms = 0;
};

struct KnownId {
  std::vector<KnownPrediction> predictions;  // by version
  std::optional<KnownLabel> label;           // the current one
  std::vector<KnownValue> past_labels;       // values that it replaced

  bool empty() const { return predictions.empty() && !label; }
};

// [Writer] `chain`: the records of the id, dead ones included.
KnownId ReadKnownId(State* state, const Model& model,
                    std::span<const Record> chain);

}  // namespace plumbline
