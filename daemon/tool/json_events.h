// Events of a file of JSON: one on a line, an array of them on one line or
// many, or objects over several lines, one after the other.
//
// What is broken costs itself. A line that begins with a brace as far to the
// right as an event that has not ended does begins the next one.

#pragma once

#include "daemon/tool/event_text.h"
#include "daemon/tool/text_input.h"

namespace plumbline {

class JsonEvents : public EventSource {
 public:
  explicit JsonEvents(TextInput* input) : in_(*input) {}

  bool Next(EventText* event) override;

 private:
  enum class End { kValue, kLine, kText };

  bool SkipToValue();
  void TakeValue(EventText* event);
  End Scan(EventText* event);
  bool GoOn(uint64_t column);
  void SkipBroken(uint64_t column);
  void TakeRestOfLine(EventText* event);

  TextInput& in_;
  bool in_array_ = false;
  // Of the value at hand
  size_t depth_ = 0;
  bool in_string_ = false;
};

}  // namespace plumbline
