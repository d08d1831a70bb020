// Findings: all that is said of a version from what was counted of it. Each is
// one number of one kind, and the kinds are one table. What shows figures walks
// it: /metrics, the API, `plumbtool simulate`, the event log, the landing page.
// A new kind is a row of finding_kinds.cc and the function that it names.

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
  kNumber,  // another one
  kCount,
  kTimeMs,  // 0: not yet
  kFlag,    // 1 or 0
};

struct FindingLabel {
  std::string_view name;
  std::string_view value;
};

// The views are into the snapshots that it was made from, or last.
class Finding {
 public:
  Finding(std::string_view name, FindingForm form, double value,
          std::initializer_list<FindingLabel> labels)
      : name_(name), value_(value), form_(form) {
    for (const FindingLabel& label : labels) labels_[count_++] = label;
  }

  // Within its kind. A literal: one name is always at the same place.
  std::string_view name() const { return name_; }
  FindingForm form() const { return form_; }
  double value() const { return value_; }
  // What tells it apart from others of its name.
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

// What findings of a window are made from. A view of both.
class WindowInput {
 public:
  WindowInput(const ModelSnapshot& of_model, const WindowSnapshot& of_window)
      : model(of_model), window(of_window) {}

  const ModelSnapshot& model;
  const WindowSnapshot& window;

  // Computed once, when they are first asked for.
  const std::vector<NamedFigure>& figures() const {
    if (!has_figures_) figures_ = FiguresOf(model, window);
    has_figures_ = true;
    return figures_;
  }

 private:
  mutable bool has_figures_ = false;
  mutable std::vector<NamedFigure> figures_;
};

// Findings of one kind: those of each window, or those of a version as a whole.
struct FindingKind {
  // The API's field that has them; several kinds may share one.
  std::string_view key;
  // The field beside it that lists those whose flag is 1. Empty: flags are
  // left out.
  std::string_view flags_key = {};
  // Objects of the field whose names are listed beside them, in "top_..." of
  // this: those with the most of `top_by`.
  std::string_view top_of = {};
  std::string_view top_by = {};
  // Of a version as a whole: the label whose values have an object each. The
  // field is a list of them.
  std::string_view list_by = {};
  // Of the names that /metrics has for them, behind "plumbline_".
  std::string_view prefix = {};
  uint8_t column = 0;      // of the lines of `simulate`; 0: not there
  bool is_logged = false;  // the event log has them
  // Whether a window has the field; null: each has.
  bool (*is_used)(const WindowInput& input) = nullptr;
  // Appends those that have a value. One of the two.
  void (*of_window)(const WindowInput& input, FindingList* list) = nullptr;
  void (*of_version)(const VersionSnapshot& version,
                     FindingList* list) = nullptr;
  // Where it is in the field, from the outermost key to its own.
  std::vector<std::string> (*path)(const Finding& finding) = nullptr;
  // Appends what somebody should look at, a sentence each; null: nothing.
  void (*tell_of_window)(const WindowInput& input,
                         std::vector<std::string>* sentences) = nullptr;
  void (*tell_of_version)(const VersionSnapshot& version, int64_t now_ms,
                          std::vector<std::string>* sentences) = nullptr;

  bool IsUsed(const WindowInput& input) const {
    return of_window != nullptr && (is_used == nullptr || is_used(input));
  }
};

// All there are, in the order of the API's fields.
std::span<const FindingKind> FindingKinds();

// "plumbline_class_f1_ratio"
std::string MetricName(std::string_view prefix, std::string_view name,
                       bool is_ratio);

// What /metrics says of all findings of one name.
struct FindingFamily {
  std::string metric;  // its name
  std::string help;
  bool is_total = false;  // it only grows
};

// In the order of /metrics: of windows, and of versions as a whole.
std::vector<FindingFamily> WindowFamilies();
std::vector<FindingFamily> VersionFamilies();

// Calls visit(kind, finding) for each finding of the window, by kind.
// `scratch`: memory that is used again.
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

// The same for those of the version as a whole.
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
