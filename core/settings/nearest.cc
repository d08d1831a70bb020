#include "core/settings/nearest.h"

#include <algorithm>
#include <utility>

namespace plumbline {
namespace {

constexpr size_t kEdit = 4;
constexpr size_t kCase = 1;       // same letter in another case
constexpr size_t kTruncated = 2;  // one is a prefix of the other

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

size_t Replacement(char a, char b) {
  if (a == b) return 0;
  return Lower(a) == Lower(b) ? kCase : kEdit;
}

bool BeginsWith(std::string_view text, std::string_view with) {
  return !with.empty() && text.size() >= with.size() &&
         std::equal(with.begin(), with.end(), text.begin(),
                    [](char a, char b) { return Lower(a) == Lower(b); });
}

// Levenshtein's distance; two swapped letters count as one edit.
size_t Distance(std::string_view a, std::string_view b) {
  if (a.size() != b.size() && (BeginsWith(a, b) || BeginsWith(b, a))) {
    return kTruncated;
  }
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j * kEdit;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i * kEdit;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + kEdit, row[j - 1] + kEdit,
                         last[j - 1] + Replacement(a[i - 1], b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + kEdit);
      }
    }
    before = std::exchange(last, std::exchange(row, std::move(before)));
  }
  return last[b.size()];
}

}  // namespace

std::vector<std::string> NearestNames(std::string_view text,
                                      const std::vector<std::string>& names,
                                      size_t most) {
  std::vector<std::pair<size_t, size_t>> found;  // distance, index
  for (size_t i = 0; i < names.size(); ++i) {
    found.emplace_back(Distance(text, names[i]), i);
    std::sort(found.begin(), found.end());
    if (found.size() > most) found.pop_back();
  }
  std::vector<std::string> nearest;
  for (const auto& [distance, place] : found) nearest.push_back(names[place]);
  return nearest;
}

std::string CloseName(std::string_view text,
                      const std::vector<std::string>& names) {
  const std::vector<std::string> nearest = NearestNames(text, names, 1);
  if (nearest.empty()) return "";
  // Allows one edit for every three letters.
  const size_t letters = std::max(text.size(), nearest[0].size());
  return Distance(text, nearest[0]) * 3 <= letters * kEdit ? nearest[0] : "";
}

std::string NearestHint(std::string_view text,
                        const std::vector<std::string>& names) {
  if (names.empty()) return "";
  return "; the nearest: " + ListNames(NearestNames(text, names));
}

std::string ListNames(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "\"" : ", \"") + name + "\"";
  }
  return list;
}

}  // namespace plumbline
