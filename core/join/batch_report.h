// BatchReport: what each event of a batch did, for the event log.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace plumbline {

struct BatchReport {
  // A class, a number, or a set of classes.
  using Value = std::variant<std::string, double, std::vector<std::string>>;

  // The halves of an event that were new, or a correction.
  struct Taken {
    bool prediction = false;
    bool label = false;
  };
  // A pair that an event joined or corrected.
  struct Pair {
    uint32_t event = 0;  // index in the batch
    std::string version;
    Value prediction;
    Value label;
    double score = -1;  // of the positive class; negative: none is kept
    std::vector<std::pair<std::string, double>> scores;
    std::optional<double> delay;  // seconds; none if the label came with the
                                  // prediction
    bool correction = false;
  };

  // Set by the caller
  std::vector<bool> left_out;  // by index of the event; empty: none is left out
  bool counts_only = false;    // fill in the three counts and nothing else
  size_t most_bytes = 0;       // limit of `bytes`; further pairs are only
                               // counted

  // Filled in by the join
  int64_t now_ms = 0;  // time at which the batch was applied
  uint64_t prediction_count = 0;
  uint64_t label_count = 0;
  uint64_t pair_count = 0;
  uint64_t lost_pairs = 0;   // counted, but not in `pairs`
  size_t bytes = 0;          // of memory that `pairs` take, about
  std::vector<Taken> taken;  // by index of the event
  std::vector<Pair> pairs;   // in the order of their events

  bool Wants(size_t place) const {
    return left_out.empty() || !left_out[place];
  }
};

}  // namespace plumbline
