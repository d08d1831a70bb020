#include "core/settings/class_text.h"

namespace plumbline {
namespace {

constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";

// "-1.00": an integer without leading zeros, a point and zeros alone.
bool IsIntegerWithZeros(std::string_view text, size_t point) {
  std::string_view integer = text.substr(0, point);
  if (integer.starts_with('-')) integer.remove_prefix(1);
  const std::string_view zeros = text.substr(point + 1);
  return !integer.empty() && !zeros.empty() &&
         integer.find_first_not_of("0123456789") == std::string_view::npos &&
         (integer.size() == 1 || integer[0] != '0') &&
         zeros.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::string_view CanonicalClass(std::string_view text) {
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  text = text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
  const size_t point = text.find('.');
  if (point != std::string_view::npos && IsIntegerWithZeros(text, point)) {
    text = text.substr(0, point);
  }
  if (text == "-0") return "0";
  if (text == "True" || text == "TRUE") return "true";
  if (text == "False" || text == "FALSE") return "false";
  return text;
}

std::string_view OtherSpelling(std::string_view canonical) {
  if (canonical == "1") return "true";
  if (canonical == "0") return "false";
  if (canonical == "true") return "1";
  if (canonical == "false") return "0";
  return {};
}

bool IsSameClass(std::string_view a, std::string_view b) {
  return a == b || (!a.empty() && a == OtherSpelling(b));
}

}  // namespace plumbline
