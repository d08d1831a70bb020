// Statistic: something that windows count, and the figures computed from it.
//
// Every figure comes from a Statistic: a file of this folder defines it, and
// statistics.cc lists it. Then windows count it, corrections and checkpoints
// maintain it, and /metrics, the API and the tools show it.

#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/metrics/bounds.h"
#include "core/metrics/classification.h"
#include "core/metrics/figure_input.h"
#include "core/window/counting.h"

namespace plumbline {

// The figures of one name.
struct FigureFamily {
  std::string_view name;  // "f1"
  bool is_ratio = true;   // from 0 to 1
  std::string_view help;
  // The label that distinguishes figures of the name, and its values if they
  // are fixed. No label if there is one figure.
  std::string_view label = {};
  std::vector<std::string_view> values = {};
  // The label values of figures with bounds; an empty value: the one figure has
  // bounds.
  std::vector<std::string_view> bounded = {};
  bool of_sets = false;  // multilabel models also have it
};

// A figure with a value. The views point into the model's snapshot, or are
// static.
struct NamedFigure {
  std::string_view name;
  std::string_view label;  // "average", "threshold", "q"; empty: none
  std::string_view value_of_label;
  double value;
  bool is_ratio = true;
};

class FigureList {
 public:
  void Add(std::string_view name, Figure value) { Add(name, {}, {}, value); }
  void Average(std::string_view name, std::string_view average, Figure value) {
    Add(name, "average", average, value);
  }
  void Add(std::string_view name, std::string_view label,
           std::string_view value_of_label, Figure value) {
    Push({name, label, value_of_label, value.value_or(kNone)});
  }
  // Adds a figure that is not a ratio.
  void Number(std::string_view name, Figure value) {
    Number(name, {}, {}, value);
  }
  void Number(std::string_view name, std::string_view label,
              std::string_view value_of_label, Figure value) {
    Push({name, label, value_of_label, value.value_or(kNone), false});
  }
  // `lower` and `upper`: the names of the bounds.
  void Bounds(std::string_view lower, std::string_view upper,
              std::string_view average,
              const std::optional<plumbline::Bounds>& value) {
    if (!value) return;
    const std::string_view label = average.empty() ? "" : "average";
    figures_.push_back({lower, label, average, value->lower});
    figures_.push_back({upper, label, average, value->upper});
  }
  std::vector<NamedFigure> Take() { return std::move(figures_); }

 private:
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  // Skips a value that is not finite.
  void Push(const NamedFigure& figure) {
    if (std::isfinite(figure.value)) figures_.push_back(figure);
  }

  std::vector<NamedFigure> figures_;
};

struct Statistic {
  std::vector<FigureFamily> families;
  // Appends the figures that have a value, in the order of the families.
  void (*append)(const FigureInput& input, FigureList* list);
  // `applies`: true if a model counts it; `count` counts a pair. Null: it uses
  // counts of other statistics.
  bool (*applies)(const ModelTraits& traits) = nullptr;
  Counting::Count count = nullptr;
  // Upper bound of the bytes that it takes in a slot. `last`: N of a last-N
  // window, or 0.
  int64_t (*slot_bytes)(const ModelTraits& traits, int64_t last) = nullptr;
  Task task = Task::kClassification;  // task of the models that have it
  bool of_all_tasks = false;
  // False: its figures are shown below the least label coverage, too. Those of
  // a whole window, or with an average, are then computed from predictions.
  bool is_withheld = true;
};

std::span<const Statistic* const> Statistics();

// The counts of a model with these traits, and their bytes in a slot.
std::vector<Counting::Count> CountsFor(const ModelTraits& traits);
int64_t SlotBytesFor(const ModelTraits& traits, int64_t last);

}  // namespace plumbline
