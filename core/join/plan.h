// Plan: what an event does, decided and not yet done.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/event/event.h"
#include "core/join/batch_outcome.h"
#include "core/model/state.h"
#include "core/pairs/record.h"
#include "core/settings/settings.h"

namespace plumbline {

// What an event is about, as it was looked up.
struct Subject {
  const Event* event = nullptr;
  const Extra* extra = nullptr;
  Model* model = nullptr;      // null: not known yet
  Version* version = nullptr;  // that predicts; null: not known yet
  PairKey key;                 // of an id, once the model is known
  // How the event is read.
  Task task = Task::kClassification;
  bool decides_task = false;  // of its model, where it is open
  bool is_early = false;      // a label that leaves the task open
};

// A class, a set of them, or a number, as the model's task reads it.
class PlannedValue {
 public:
  static constexpr size_t kLongestClass = 128;  // bytes

  uint64_t bits = 0;    // as a record has it
  bool is_new = false;  // a class the model has not had: text(), or in `set`
  Range set;            // of the batch's classes

  // Of a class that is no small integer the model knows. What is in the batch
  // or in the settings is not copied.
  std::string_view text() const {
    return digit_count_ > 0 ? std::string_view(digits_, digit_count_) : name_;
  }
  void set_name(std::string_view name) {
    name_ = name;
    digit_count_ = 0;
  }
  // An integer in decimal. False if it is longer than a class may be.
  bool WriteDigits(ValueKind kind, uint64_t raw);

 private:
  std::string_view name_;
  uint8_t digit_count_ = 0;     // 0: the text is name_
  char digits_[kLongestClass];  // set where there are some
};

// kOlder: a duplicate whose value is remembered among the past ones, as if it
// had come in time.
enum class Half : uint8_t { kNothing, kDuplicate, kOlder, kNew, kCorrection };

struct Plan : Subject {
  Half prediction_half = Half::kNothing;
  Half label_half = Half::kNothing;
  PlannedValue prediction;
  PlannedValue label;
  // Holds the label that stands. The table moves no record, but one may die
  // where room is made: then the event is planned anew.
  const Record* standing = nullptr;
  bool moves_time = false;  // the label has the same value, later
  bool retires = false;     // other versions make room for its own
  // Of a new prediction:
  Range scores;  // of the batch's class scores, those that count
  double score = -1;
  uint32_t details = 0;  // records that its scores, or classes, take
  uint32_t slices = Slicing::kNoSet;
  bool adds_slices = false;   // the set is found once they are there
  bool segments_fit = false;  // those that are new have room
  // Of scores that neither value names, or of sets.
  uint32_t new_classes = 0;
  bool label_adds_class = false;  // one of a set
  bool adds_classes = false;
  bool grows_windows = false;  // their limit was asked for
  uint8_t warnings = 0;        // a bit for each

  bool Predicts() const { return prediction_half == Half::kNew; }
  // A value of the label is remembered that was not.
  bool AddsLabel() const { return label_half >= Half::kOlder; }
  bool TakesLabel() const { return label_half >= Half::kNew; }
  // It changes nothing that is counted but duplicates.
  bool IsDuplicate() const {
    return event->has_id && !Predicts() && !TakesLabel();
  }
  void Warn(Warning warning) {
    warnings |= static_cast<uint8_t>(1U << static_cast<uint8_t>(warning));
  }
};

// Why an event is not taken, and which part of it is at fault.
struct Rejection {
  Reject reject = Reject::kNone;
  BatchOutcome::Part part = BatchOutcome::Part::kPrediction;

  explicit operator bool() const { return reject != Reject::kNone; }
};

struct PlanResult {
  Rejection rejection;
  Plan plan;  // of an event that is not rejected
};

}  // namespace plumbline
