#include "daemon/tool/json_events.h"

#include <algorithm>
#include <string_view>

namespace plumbline {
namespace {

constexpr size_t kLongest = size_t{64} << 20;  // bytes of an event

bool IsSpace(char c) {
  constexpr char kRecordSeparator = '\x1e';  // of JSON text sequences
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' ||
         c == kRecordSeparator;
}

}  // namespace

bool JsonEvents::Next(EventText* event) {
  event->json.clear();
  event->problem.clear();
  for (;;) {
    const bool any = SkipToValue();
    event->line = in_.line();
    if (!any) {
      if (!in_array_ || !in_.ok()) return false;
      in_array_ = false;
      event->problem = "the array does not end";
      return true;
    }
    const char c = in_.Ahead()[0];
    if (c != '[' && (c != ']' || !in_array_)) break;
    if (c == '[' && in_array_) break;
    in_array_ = c == '[';
    in_.Take(1);
  }
  TakeValue(event);
  return true;
}

bool JsonEvents::SkipToValue() {
  for (;;) {
    const std::string_view ahead = in_.Ahead();
    if (ahead.empty()) return false;
    if (!IsSpace(ahead[0]) && (!in_array_ || ahead[0] != ',')) return true;
    in_.Take(1);
  }
}

void JsonEvents::TakeValue(EventText* event) {
  const uint64_t column = in_.column();
  depth_ = 0;
  in_string_ = false;
  End end = Scan(event);
  while (end == End::kLine && depth_ > 0 && !in_string_ &&
         event->json.size() <= kLongest && GoOn(column)) {
    event->json += ' ';
    end = Scan(event);
  }
  if (event->json.size() > kLongest) {
    event->problem = "is longer than 64 MiB";
    in_.TakeLine();
  } else if (end == End::kValue) {
    if (!in_array_) TakeRestOfLine(event);
    return;
  }
  const bool broken = depth_ > 0 || in_string_;
  if (broken && in_.line() > event->line) SkipBroken(column);
}

// Reads up to the end of the value or of the line.
JsonEvents::End JsonEvents::Scan(EventText* event) {
  bool escaped = false;
  while (event->json.size() <= kLongest) {
    const std::string_view ahead = in_.Ahead();
    if (ahead.empty()) return End::kText;
    size_t i = 0;
    bool done = false;
    End end = End::kLine;
    for (; i < ahead.size() && !done; ++i) {
      const char c = ahead[i];
      if (c == '\n' || c == '\r') {
        done = true;
        break;
      }
      if (in_string_) {
        in_string_ = escaped || c != '"';
        escaped = !escaped && c == '\\';
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (depth_ == 0 && in_array_ && (c == ',' || c == ']')) {
        done = true;
        end = End::kValue;
        break;
      } else if ((c == '}' || c == ']') && depth_ > 0 && --depth_ == 0) {
        done = true;
        end = End::kValue;
      }
    }
    event->json.append(ahead.substr(0, i));
    in_.Take(i);
    if (done) return end;
  }
  return End::kLine;
}

// Skips white space up to the next text. False if that begins an event (a brace
// at `column`), or at the end.
bool JsonEvents::GoOn(uint64_t column) {
  for (;;) {
    const std::string_view ahead = in_.Ahead();
    if (ahead.empty()) return false;
    if (!IsSpace(ahead[0])) return ahead[0] != '{' || in_.column() != column;
    in_.Take(1);
  }
}

// Skips the rest of a broken event of several lines.
void JsonEvents::SkipBroken(uint64_t column) {
  while (GoOn(column)) {
    if (in_.Ahead()[0] == ']' && in_.column() < column) return;
    in_.TakeLine();
  }
}

// Other text after an event on its line is a problem.
void JsonEvents::TakeRestOfLine(EventText* event) {
  std::string rest;
  for (;;) {
    const std::string_view ahead = in_.Ahead();
    const size_t end = std::min(ahead.find_first_of("\r\n"), ahead.size());
    rest.append(ahead.substr(0, end));
    const bool more = end == ahead.size() && end > 0;
    in_.Take(end);
    if (!more || rest.size() > kLongest) break;
  }
  const bool any = rest.find_first_not_of(" \t\x1e") != std::string::npos;
  if (any) event->json += rest;
}

}  // namespace plumbline
