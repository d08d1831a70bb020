#include "config/keys.h"

#include <sstream>

namespace plumbline {
namespace {

// A larger maximum only keeps sums from overflowing: it is not documented.
constexpr int64_t kUnlimited = 1'000'000'000'000;

template <class Format>
std::string Range(const Integers& in, int64_t unlimited, Format format) {
  if (in.most >= unlimited) return "from " + format(in.least);
  return format(in.least) + " to " + format(in.most);
}

}  // namespace

std::string DurationRange(const Integers& in) {
  return Range(in, INT64_MAX, FormatDuration);
}

std::string SizeRange(const Integers& in) {
  return Range(in, kUnlimited, FormatSize);
}

std::string IntegerRange(const Integers& in) {
  return Range(in, kUnlimited, [](int64_t n) { return std::to_string(n); });
}

std::string NumberRange(const Reals& in) {
  const bool is_open = in.least == range::kLeastReal;
  const bool is_below_one = in.most == 1 - range::kLeastReal;
  const std::string least = is_open ? "above 0" : FormatNumber(in.least);
  if (in.most == range::kLarge) return is_open ? least : "from " + least;
  if (is_below_one) return least + ", below 1";
  return is_open ? least + ", at most " + FormatNumber(in.most)
                 : least + " to " + FormatNumber(in.most);
}

std::string FormatNumber(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

std::string WordRange(const std::vector<std::string_view>& words) {
  std::string list;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
    list += words[i];
  }
  return list;
}

}  // namespace plumbline
