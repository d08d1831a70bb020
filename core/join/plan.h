// Plan: the decided effects of an event, before they are carried out.

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

// The result of looking up an event.
struct Subject {
  const Event* event = nullptr;
  const Extra* extra = nullptr;
  Model* model = nullptr;      // null: unknown
  Version* version = nullptr;  // of the prediction; null: unknown
  PairKey key;                 // set if the event has an id and the model is
                               // known
  // How the event is read.
  Task task = Task::kClassification;
  bool decides_task = false;  // the task of its model was open
  bool is_early = false;      // a label that leaves the task open
};

// A class, a set of classes, or a number, as the task of the model reads it.
class PlannedValue {
 public:
  static constexpr size_t kLongestClass = 128;  // bytes

  uint64_t bits = 0;    // as stored in a record
  bool is_new = false;  // it has a class new to the model: text(), or in `set`
  Range set;            // into the classes of the batch

  // The text of a class. REQUIRES: the class is no small integer that the model
  // knows. Text in the batch or in the settings is not copied.
  std::string_view text() const {
    return digit_count_ > 0 ? std::string_view(digits_, digit_count_) : name_;
  }
  void set_name(std::string_view name) {
    name_ = name;
    digit_count_ = 0;
  }
  // Sets the text to an integer in decimal. False if it is longer than a class
  // may be.
  bool WriteDigits(ValueKind kind, uint64_t raw);

 private:
  std::string_view name_;
  uint8_t digit_count_ = 0;     // 0: the text is name_
  char digits_[kLongestClass];  // valid up to digit_count_
};

// kOlder: a duplicate. Its value is remembered among the past labels, as if it
// had arrived in order.
enum class Half : uint8_t { kNothing, kDuplicate, kOlder, kNew, kCorrection };

struct Plan : Subject {
  Half prediction_half = Half::kNothing;
  Half label_half = Half::kNothing;
  PlannedValue prediction;
  PlannedValue label;
  // Holds the current label. The table moves no record, but this one may die
  // when room is made. The event is planned again then.
  const Record* standing = nullptr;
  bool moves_time = false;  // the label has the same value with a later time
  bool retires = false;     // other versions retire, so that its own has room
  // Of a new prediction:
  Range scores;  // into the class scores of the batch: those that count
  double score = -1;
  uint32_t details = 0;  // records that its scores or classes take
  uint32_t slices = Slicing::kNoSet;
  bool adds_slices = false;   // the set is looked up once they exist
  bool segments_fit = false;  // there is room for new segments
  // New classes of scores, without the predicted one, or of sets.
  uint32_t new_classes = 0;
  bool label_adds_class = false;  // a class of a set
  bool adds_classes = false;
  bool grows_windows = false;  // the limit of window memory was checked
  uint8_t warnings = 0;        // bit mask of Warning

  bool Predicts() const { return prediction_half == Half::kNew; }
  // True if it adds a label value that was not remembered before.
  bool AddsLabel() const { return label_half >= Half::kOlder; }
  bool TakesLabel() const { return label_half >= Half::kNew; }
  // True if it changes no count but that of duplicates.
  bool IsDuplicate() const {
    return event->has_id && !Predicts() && !TakesLabel();
  }
  void Warn(Warning warning) {
    warnings |= static_cast<uint8_t>(1U << static_cast<uint8_t>(warning));
  }
};

// Why an event is rejected, and the part that caused it.
struct Rejection {
  Reject reject = Reject::kNone;
  BatchOutcome::Part part = BatchOutcome::Part::kPrediction;

  explicit operator bool() const { return reject != Reject::kNone; }
};

struct PlanResult {
  Rejection rejection;
  Plan plan;  // valid unless rejected
};

}  // namespace plumbline
