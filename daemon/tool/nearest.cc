#include "daemon/tool/nearest.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <numeric>
#include <utility>

namespace plumbline {
namespace {

constexpr size_t kSuggested = 3;
constexpr size_t kListed = 10;
constexpr size_t kLongest = 128;  // of what is compared

std::string Lower(std::string_view text) {
  std::string lower(text.substr(0, kLongest));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return lower;
}

// How many insertions, deletions, exchanges, and swaps of neighbours lead from
// one to the other.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> older;
  std::vector<size_t> old;
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    older = std::exchange(old, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({old[j] + 1, row[j - 1] + 1,
                         old[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], older[j - 2] + 1);
      }
    }
  }
  return row.back();
}

std::string Joined(const std::vector<std::string>& names,
                   const std::string& last) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? last : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace

std::vector<std::string> Nearest(std::string_view name,
                                 const std::vector<std::string>& names) {
  const std::string wanted = Lower(name);
  const size_t most = std::max<size_t>(1, wanted.size() / 3);
  std::vector<std::pair<size_t, std::string>> near;
  for (const std::string& one : names) {
    const std::string lower = Lower(one);
    size_t distance = Distance(wanted, lower);
    const bool begins =
        !wanted.empty() && (lower.starts_with(wanted) ||
                            (!lower.empty() && wanted.starts_with(lower)));
    if (begins) distance = std::min(distance, most);
    if (distance <= most) near.emplace_back(distance, one);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  if (near.size() > kSuggested) near.resize(kSuggested);
  std::vector<std::string> nearest;
  for (auto& [distance, one] : near) nearest.push_back(std::move(one));
  return nearest;
}

std::string Suggestion(std::string_view name,
                       const std::vector<std::string>& names,
                       const std::string& none) {
  if (names.empty()) return none;
  const auto nearest = Nearest(name, names);
  if (!nearest.empty()) return "did you mean " + Joined(nearest, " or ") + "?";
  const bool all = names.size() <= kListed;
  const std::vector<std::string> first(
      names.begin(),
      names.begin() + static_cast<ptrdiff_t>(std::min(names.size(), kListed)));
  return (names.size() == 1 ? "there is " : "there are ") +
         (all ? Joined(first, " and ")
              : Joined(first, ", ") + " and " +
                    std::to_string(names.size() - kListed) + " more");
}

}  // namespace plumbline
