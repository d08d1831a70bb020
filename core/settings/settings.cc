#include "core/settings/settings.h"

#include <algorithm>

#include "core/settings/class_text.h"

namespace plumbline {
namespace {

// The index behind the UTF-8 character at `at`.
size_t NextCharacter(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) {
    ++at;
  }
  return at;
}

}  // namespace

std::string_view ModelSettings::ClassOf(std::string_view text) const {
  std::string_view name = CanonicalClass(text);
  const auto alias_of = [this](std::string_view spelling) {
    return std::find_if(aliases.begin(), aliases.end(), [&](const auto& alias) {
      return alias.first == spelling;
    });
  };
  const std::string_view other = OtherSpelling(name);
  auto alias = alias_of(name);
  if (alias == aliases.end() && !other.empty()) alias = alias_of(other);
  if (alias != aliases.end()) return alias->second;
  const auto is_listed = [this](std::string_view spelling) {
    return std::find(classes.begin(), classes.end(), spelling) != classes.end();
  };
  return !other.empty() && is_listed(other) && !is_listed(name) ? other : name;
}

std::string_view TaskName(Task task) {
  switch (task) {
    case Task::kRegression:
      return "regression";
    case Task::kMultilabel:
      return "multilabel";
    default:
      return "classification";
  }
}

bool ModelSettings::Names(std::string_view model) const {
  return match == model && IsPlainName(match);
}

bool IsPlainName(std::string_view text) {
  return text.find_first_of("*?") == std::string_view::npos;
}

const ModelSettings& Settings::For(std::string_view model) const {
  for (const ModelSettings& rule : model_rules) {
    if (GlobMatches(rule.match, model)) return rule;
  }
  return defaults;
}

bool GlobMatches(std::string_view glob, std::string_view text) {
  size_t g = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;  // the last * in glob so far
  size_t resume = 0;                     // index in text of its next try
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && glob[g] == '?') {
      ++g;
      t = NextCharacter(text, t);
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

}  // namespace plumbline
