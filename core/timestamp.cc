#include "core/timestamp.h"

#include <chrono>
#include <cstdio>

namespace plumbline {
namespace {

// Reads exactly `digits` digits and moves on.
bool ReadNumber(std::string_view* text, size_t digits, int* value) {
  if (text->size() < digits) return false;
  *value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char c = (*text)[i];
    if (c < '0' || c > '9') return false;
    *value = *value * 10 + (c - '0');
  }
  text->remove_prefix(digits);
  return true;
}

bool ReadOneOf(std::string_view* text, std::string_view allowed) {
  if (text->empty() || allowed.find(text->front()) == std::string_view::npos) {
    return false;
  }
  text->remove_prefix(1);
  return true;
}

bool ReadFraction(std::string_view* text, int64_t* micros) {
  *micros = 0;
  if (!ReadOneOf(text, ".")) return true;
  int64_t unit = 100'000;
  size_t digits = 0;
  while (!text->empty() && text->front() >= '0' && text->front() <= '9') {
    *micros += (text->front() - '0') * unit;
    unit /= 10;
    ++digits;
    text->remove_prefix(1);
  }
  return digits > 0;
}

bool ReadOffset(std::string_view* text, int64_t* seconds) {
  *seconds = 0;
  if (ReadOneOf(text, "Zz")) return true;
  if (text->empty()) return false;
  const int sign = text->front() == '-' ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!ReadOneOf(text, "+-") || !ReadNumber(text, 2, &hours) ||
      !ReadOneOf(text, ":") || !ReadNumber(text, 2, &minutes) || hours > 23 ||
      minutes > 59) {
    return false;
  }
  *seconds = sign * (hours * int64_t{3600} + minutes * int64_t{60});
  return true;
}

}  // namespace

std::optional<int64_t> ParseTimestamp(std::string_view text) {
  int year, month, day, hour, minute, second;
  int64_t micros, offset;
  if (!ReadNumber(&text, 4, &year) || !ReadOneOf(&text, "-") ||
      !ReadNumber(&text, 2, &month) || !ReadOneOf(&text, "-") ||
      !ReadNumber(&text, 2, &day) || !ReadOneOf(&text, "Tt ") ||
      !ReadNumber(&text, 2, &hour) || !ReadOneOf(&text, ":") ||
      !ReadNumber(&text, 2, &minute) || !ReadOneOf(&text, ":") ||
      !ReadNumber(&text, 2, &second) || !ReadFraction(&text, &micros) ||
      !ReadOffset(&text, &offset) || !text.empty()) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
      std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = days * 86'400 + hour * int64_t{3600} +
                          minute * int64_t{60} + second - offset;
  return seconds * 1'000'000 + micros;
}

std::string FormatTimestamp(int64_t time_ms) {
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::milliseconds> time{
      chrono::milliseconds(time_ms)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  char text[64];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text;
}

}  // namespace plumbline
