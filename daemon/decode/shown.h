// How what was sent is shown in messages.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// In quotes; a long text is cut.
std::string Quoted(std::string_view text);

std::string Shown(double number);

// A place in a text: lines, and characters in a line, from 1.
struct LineColumn {
  size_t line;
  size_t column;
};
LineColumn Behind(LineColumn place, std::string_view text);

// What stands around offset `at`, on one line.
std::string Excerpt(std::string_view text, size_t at);

}  // namespace plumbline
