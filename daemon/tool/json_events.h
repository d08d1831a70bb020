// Events of a JSON file: one per line, an array over one or several lines, or
// consecutive objects over several lines.
//
// A broken event costs only itself: a line that begins with a brace at the same
// column as the incomplete event begins the next one.

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
  // Of the current value.
  size_t depth_ = 0;
  bool in_string_ = false;
};

}  // namespace plumbline
