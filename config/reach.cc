#include "config/reach.h"

#include <algorithm>
#include <string>

#include "core/settings/settings.h"

namespace plumbline {
namespace {

// Names have at least one character.
bool IsCatchAll(std::string_view glob) {
  return glob.find('*') != std::string_view::npos &&
         glob.find_first_not_of("*?") == std::string_view::npos &&
         std::count(glob.begin(), glob.end(), '?') <= 1;
}

std::string MatchOf(const YAML::Node& entry) {
  if (!entry.IsMap()) return "";
  const YAML::Node match = entry["match"];
  return match.IsDefined() && match.IsScalar() ? match.Scalar() : "";
}

}  // namespace

bool Covers(std::string_view glob, std::string_view other) {
  if (glob.empty() || other.empty()) return false;
  if (glob == other || IsCatchAll(glob)) return true;
  // Without ?, only its stars can match the wildcards of `other`.
  return glob.find('?') == std::string_view::npos && GlobMatches(glob, other);
}

Reach ReachOf(const YAML::Node& models) {
  Reach reach;
  if (!models.IsDefined() || !models.IsSequence()) return reach;
  std::vector<std::string> matches;
  bool inherited = false;
  bool all_match = false;
  for (const YAML::Node& entry : models) {
    const std::string match = MatchOf(entry);
    const auto before = std::find_if(
        matches.begin(), matches.end(),
        [&match](const std::string& m) { return Covers(m, match); });
    reach.covered_by.emplace_back();
    if (before != matches.end()) {
      reach.covered_by.back() = before - matches.begin();
    } else if (!entry.IsMap() || !entry["windows"].IsDefined()) {
      inherited = true;
    }
    all_match = all_match || IsCatchAll(match);
    matches.push_back(match);
  }
  reach.uses_default_windows = inherited || !all_match;
  return reach;
}

}  // namespace plumbline
