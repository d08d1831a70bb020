// Findings: the numbers that are exposed for a version, each of one kind. A
// table lists the kinds. All output walks it: /metrics, the API, `plumbtool
// simulate`, the event log, the landing page. A new kind needs a row of
// finding_kinds.cc and the function that the row names.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/snapshot/figures.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

enum class FindingForm : uint8_t {
  kRatio,   // from 0 to 1
  kNumber,  // any other number
  kCount,
  kTimeMs,  // 0: none yet
  kFlag,    // 1 or 0
};

struct FindingLabel {
  std::string_view name;
  std::string_view value;
};

// The views point into the snapshots that it was made from, or are static.
class Finding {
 public:
  Finding(std::string_view name, FindingForm form, double value,
          std::initializer_list<FindingLabel> labels)
      : name_(name), value_(value), form_(form) {
    for (const FindingLabel& label : labels) labels_[count_++] = label;
  }

  // The name within its kind. A literal: equal names have equal addresses.
  std::string_view name() const { return name_; }
  FindingForm form() const { return form_; }
  double value() const { return value_; }
  // Labels that distinguish findings of the same name.
  std::span<const FindingLabel> labels() const {
    return {labels_.data(), count_};
  }

 private:
  static constexpr size_t kMostLabels = 3;

  std::string_view name_;
  double value_;
  FindingForm form_;
  uint8_t count_ = 0;
  std::array<FindingLabel, kMostLabels> labels_;
};

using FindingList = std::vector<Finding>;

// The input of a window's findings. A view of both snapshots.
class WindowInput {
 public:
  WindowInput(const ModelSnapshot& of_model, const WindowSnapshot& of_window)
      : model(of_model), window(of_window) {}

  const ModelSnapshot& model;
  const WindowSnapshot& window;

  // Computed at the first call.
  const std::vector<NamedFigure>& figures() const {
    if (!has_figures_) figures_ = FiguresOf(model, window);
    has_figures_ = true;
    return figures_;
  }

 private:
  mutable bool has_figures_ = false;
  mutable std::vector<NamedFigure> figures_;
};

// Findings of one kind: either of each window, or of a version as a whole.
struct FindingKind {
  // The field of the API with these findings; several kinds may share a field.
  std::string_view key;
  // The field next to it that lists the findings with flag 1. Empty: flags are
  // left out.
  std::string_view flags_key = {};
  // "top_..." of this lists the objects with the largest `top_by`, next to the
  // field.
  std::string_view top_of = {};
  std::string_view top_by = {};
  // For a version as a whole: the label whose values have an object each. The
  // field is a list of these objects.
  std::string_view list_by = {};
  // The prefix of its names in /metrics, after "plumbline_".
  std::string_view prefix = {};
  uint8_t column = 0;      // in the output of `simulate`; 0: not there
  bool is_logged = false;  // in the event log
  // True if a window has the field; null: each has it.
  bool (*is_used)(const WindowInput& input) = nullptr;
  // Append the findings that have a value. One of the two is set.
  void (*of_window)(const WindowInput& input, FindingList* list) = nullptr;
  void (*of_version)(const VersionSnapshot& version,
                     FindingList* list) = nullptr;
  // The path in the field, from the outermost key to the finding's own.
  std::vector<std::string> (*path)(const Finding& finding) = nullptr;
  // Append a sentence for each thing to look at; null: nothing.
  void (*tell_of_window)(const WindowInput& input,
                         std::vector<std::string>* sentences) = nullptr;
  void (*tell_of_version)(const VersionSnapshot& version, int64_t now_ms,
                          std::vector<std::string>* sentences) = nullptr;

  bool IsUsed(const WindowInput& input) const {
    return of_window != nullptr && (is_used == nullptr || is_used(input));
  }
};

// All kinds, in the order of the API's fields.
std::span<const FindingKind> FindingKinds();

// "plumbline_class_f1_ratio"
std::string MetricName(std::string_view prefix, std::string_view name,
                       bool is_ratio);

// The metadata in /metrics of all findings of one name.
struct FindingFamily {
  std::string metric;  // its name
  std::string help;
  bool is_total = false;  // a counter, which only grows
};

// The families of windows and of versions, in the order of /metrics.
std::vector<FindingFamily> WindowFamilies();
std::vector<FindingFamily> VersionFamilies();

// Calls visit(kind, finding) for each finding of the window, by kind.
// `scratch`: reused memory.
template <class Visit>
void VisitFindings(const WindowInput& input, FindingList* scratch,
                   Visit visit) {
  for (const FindingKind& kind : FindingKinds()) {
    if (!kind.IsUsed(input)) continue;
    scratch->clear();
    kind.of_window(input, scratch);
    for (const Finding& finding : *scratch) visit(kind, finding);
  }
}

// Calls visit(kind, finding) for each finding of the version as a whole.
template <class Visit>
void VisitFindings(const VersionSnapshot& version, FindingList* scratch,
                   Visit visit) {
  for (const FindingKind& kind : FindingKinds()) {
    if (kind.of_version == nullptr) continue;
    scratch->clear();
    kind.of_version(version, scratch);
    for (const Finding& finding : *scratch) visit(kind, finding);
  }
}

}  // namespace plumbline
