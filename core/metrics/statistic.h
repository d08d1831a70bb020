// Statistic: something that is counted in windows, and the figures from it.
//
// The one way in which a figure comes into being: a file of this folder defines
// a Statistic, and statistics.cc lists it. Then windows count it, corrections
// and checkpoints keep it, and /metrics, the API and the tools show it.

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

// Figures of one name.
struct FigureFamily {
  std::string_view name;  // "f1"
  bool is_ratio = true;   // from 0 to 1
  std::string_view help;
  // What tells the figures of a name apart, and its values where they are
  // fixed; no label where there is one figure.
  std::string_view label = {};
  std::vector<std::string_view> values = {};
  // Those that have bounds (with an empty value: the one figure has).
  std::vector<std::string_view> bounded = {};
  bool of_sets = false;  // multilabel models have it as well
};

// A figure that has a value. The views are into the model's snapshot, or last.
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
  // Of what is no share of anything.
  void Number(std::string_view name, Figure value) {
    Number(name, {}, {}, value);
  }
  void Number(std::string_view name, std::string_view label,
              std::string_view value_of_label, Figure value) {
    Push({name, label, value_of_label, value.value_or(kNone), false});
  }
  // `lower` and `upper`: the names.
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

  // What no double can hold is no figure.
  void Push(const NamedFigure& figure) {
    if (std::isfinite(figure.value)) figures_.push_back(figure);
  }

  std::vector<NamedFigure> figures_;
};

struct Statistic {
  std::vector<FigureFamily> families;
  // The figures that have a value, in the order of the families.
  void (*append)(const FigureInput& input, FigureList* list);
  // Whether a model counts it, and how; null: it rests on what others count.
  bool (*applies)(const ModelTraits& traits) = nullptr;
  Counting::Count count = nullptr;
  // Bytes that a slot takes for it, at most. `last`: N of a last-N window, or
  // 0.
  int64_t (*slot_bytes)(const ModelTraits& traits, int64_t last) = nullptr;
  Task task = Task::kClassification;  // of the models that have it
  bool of_all_tasks = false;
  // False: its figures are there below the least label coverage, too. Those of
  // a window as a whole, or of an average, rest on predictions then.
  bool is_withheld = true;
};

// All there are.
std::span<const Statistic* const> Statistics();

// What a model with these traits counts, and what that takes in a slot.
std::vector<Counting::Count> CountsFor(const ModelTraits& traits);
int64_t SlotBytesFor(const ModelTraits& traits, int64_t last);

}  // namespace plumbline
