// Formats sent text and numbers for messages.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// Adds quotes. Cuts long text.
std::string Quoted(std::string_view text);

std::string Shown(double number);

// A position in a text: line, and character in the line, from 1.
struct LineColumn {
  size_t line;
  size_t column;
};
LineColumn Behind(LineColumn place, std::string_view text);

// The text around offset `at`, on one line.
std::string Excerpt(std::string_view text, size_t at);

}  // namespace plumbline
