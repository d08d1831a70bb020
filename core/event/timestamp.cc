#include "core/event/timestamp.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace plumbline {
namespace {

// A unit of Unix time. Numbers below `end` have this unit.
struct UnixUnit {
  uint64_t end;
  uint64_t per_second;
  double micros;  // microseconds in one unit
};
constexpr UnixUnit kSeconds = {100'000'000'000, 1, 1e6};
constexpr UnixUnit kMillis = {100'000'000'000'000, 1'000, 1e3};
constexpr UnixUnit kMicros = {100'000'000'000'000'000, 1'000'000, 1};
constexpr UnixUnit kNanos = {UINT64_MAX, 1'000'000'000, 1e-3};

const UnixUnit& UnitOf(uint64_t number) {
  if (number < kSeconds.end) return kSeconds;
  if (number < kMillis.end) return kMillis;
  return number < kMicros.end ? kMicros : kNanos;
}

// Reads exactly `digits` digits and advances.
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

bool ReadChar(std::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

bool ReadOneOf(std::string_view* text, std::string_view allowed) {
  if (text->empty() || allowed.find(text->front()) == std::string_view::npos) {
    return false;
  }
  text->remove_prefix(1);
  return true;
}

// The digits behind a point as microseconds.
bool ReadFraction(std::string_view* text, int64_t* millionths) {
  *millionths = 0;
  if (!ReadChar(text, '.')) return true;
  int64_t unit = 100'000;
  size_t digits = 0;
  while (!text->empty() && text->front() >= '0' && text->front() <= '9') {
    *millionths += (text->front() - '0') * unit;
    unit /= 10;
    ++digits;
    text->remove_prefix(1);
  }
  return digits > 0;
}

// "Z", "+01:00", "+0100", "+01", or empty, which means UTC.
bool ReadOffset(std::string_view* text, int64_t* seconds) {
  *seconds = 0;
  if (text->empty() || ReadOneOf(text, "Zz")) return true;
  const int sign = text->front() == '-' ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!ReadOneOf(text, "+-") || !ReadNumber(text, 2, &hours)) return false;
  const bool colon = ReadChar(text, ':');
  if ((colon || !text->empty()) && !ReadNumber(text, 2, &minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  *seconds = sign * (hours * int64_t{3600} + minutes * int64_t{60});
  return true;
}

// The time of day with its offset, or empty, which means midnight.
bool ReadClock(std::string_view* text, int64_t* micros) {
  *micros = 0;
  if (text->empty()) return true;
  int hour, minute, second;
  int64_t fraction, offset;
  if (!ReadOneOf(text, "Tt ") || !ReadNumber(text, 2, &hour) ||
      !ReadChar(text, ':') || !ReadNumber(text, 2, &minute) ||
      !ReadChar(text, ':') || !ReadNumber(text, 2, &second) ||
      !ReadFraction(text, &fraction) || !ReadOffset(text, &offset)) {
    return false;
  }
  if (hour > 23 || minute > 59 || second > 60) return false;
  const int64_t seconds =
      hour * int64_t{3600} + minute * int64_t{60} + second - offset;
  *micros = seconds * 1'000'000 + fraction;
  return true;
}

bool IsDigits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Unix time in digits. Their number tells it from a year or a date.
std::optional<int64_t> ParseUnixTime(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('.'));
  const size_t size = whole.size();
  if ((size != 9 && size != 10 && size != 13 && size != 16 && size != 19) ||
      !IsDigits(whole)) {
    return std::nullopt;
  }
  uint64_t number = 0;  // 19 digits fit
  std::from_chars(whole.data(), whole.data() + size, number);
  text.remove_prefix(size);
  int64_t millionths = 0;
  if (!ReadFraction(&text, &millionths) || !text.empty()) return std::nullopt;
  return TimestampOfInteger(number) +
         millionths / static_cast<int64_t>(UnitOf(number).per_second);
}

}  // namespace

int64_t TimestampOfInteger(uint64_t number) {
  const uint64_t per_second = UnitOf(number).per_second;
  const uint64_t micros = per_second <= kMicros.per_second
                              ? number * (kMicros.per_second / per_second)
                              : number / (per_second / kMicros.per_second);
  return static_cast<int64_t>(micros);
}

std::optional<int64_t> TimestampOfDouble(double number) {
  constexpr double kEnd = 1.8e19;  // fits in 64 bits
  if (!(number >= 0 && number < kEnd)) return std::nullopt;
  const UnixUnit& unit = UnitOf(static_cast<uint64_t>(number));
  return static_cast<int64_t>(number * unit.micros + 0.5);
}

std::optional<int64_t> ParseTimestamp(std::string_view text) {
  if (text.size() < 5 || text[4] != '-') return ParseUnixTime(text);
  int year, month, day;
  int64_t micros;
  if (!ReadNumber(&text, 4, &year) || !ReadChar(&text, '-') ||
      !ReadNumber(&text, 2, &month) || !ReadChar(&text, '-') ||
      !ReadNumber(&text, 2, &day) || !ReadClock(&text, &micros) ||
      !text.empty()) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
      std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86'400'000'000 + micros;
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
