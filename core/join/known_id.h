// KnownId: what is remembered of one id of a model, for those who ask.

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

// A class, a number, or a set of classes. Nothing where it is remembered that
// there is a set, but not which.
using KnownValue =
    std::variant<std::monostate, std::string, double, std::vector<std::string>>;

struct KnownPrediction {
  std::string version;
  KnownValue value;
  std::optional<double> score;
  std::vector<std::pair<std::string, double>> scores;  // by class; 0: left out
  bool waits = false;
  // When it was received: of one that waits to the millisecond, of a joined one
  // as closely as is remembered.
  int64_t received_from_ms = 0;
  int64_t received_to_ms = 0;
  int64_t expires_ms = 0;
};

struct KnownLabel {
  KnownValue value;
  int64_t time_us = 0;  // by which another label is newer or not
  bool waits = false;   // it has scored nothing yet
  int64_t expires_ms = 0;
};

struct KnownId {
  std::vector<KnownPrediction> predictions;  // by version
  std::optional<KnownLabel> label;           // the one that stands
  std::vector<KnownValue> past_labels;       // that it has had before

  bool empty() const { return predictions.empty() && !label; }
};

// [Writer] From the records of the id's chain, dead ones among them.
KnownId ReadKnownId(State* state, const Model& model,
                    std::span<const Record> chain);

}  // namespace plumbline
