// Account: what each event of a batch did, for who logs it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace plumbline {

struct Account {
  // A class, a number, or a set of classes.
  using Value = std::variant<std::string, double, std::vector<std::string>>;

  // A half that was new, or a correction.
  struct Taken {
    bool prediction = false;
    bool label = false;
  };
  // A pair that an event has made, or corrected.
  struct Pair {
    uint32_t event = 0;  // its place in the batch
    std::string version;
    Value prediction;
    Value label;
    double score = -1;  // of the positive class; negative: none kept
    std::vector<std::pair<std::string, double>> scores;
    std::optional<double> delay;  // seconds, of a label that came by itself
    bool correction = false;
  };

  // What is wanted
  std::vector<bool> left_out;  // by place; empty: none is
  bool counts_only = false;    // no more than the three numbers
  size_t most_bytes = 0;       // of pairs; beyond it they are only counted

  // What it was
  int64_t now_ms = 0;  // when the batch was applied
  uint64_t prediction_count = 0;
  uint64_t label_count = 0;
  uint64_t pair_count = 0;
  uint64_t lost_pairs = 0;   // of those, how many are not among `pairs`
  size_t bytes = 0;          // that the pairs take, about
  std::vector<Taken> taken;  // by place
  std::vector<Pair> pairs;   // in the order of their events

  bool Wants(size_t place) const {
    return left_out.empty() || !left_out[place];
  }
};

}  // namespace plumbline
