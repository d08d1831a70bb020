#include "config/classes.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/settings/class_text.h"
#include "core/settings/nearest.h"

namespace plumbline {
namespace {

constexpr size_t kLongestClass = 128;  // bytes
constexpr std::string_view kOther = "__other__";

const std::string* FindSame(const std::vector<std::string>& classes,
                            std::string_view text) {
  const auto found = std::find_if(
      classes.begin(), classes.end(),
      [text](const auto& name) { return IsSameClass(name, text); });
  return found == classes.end() ? nullptr : &*found;
}

// The digits of an integer that is written like 1e3, as YAML and JSON allow.
std::optional<std::string> WholeNumber(const std::string& text) {
  if (text.find_first_of("eE") == std::string::npos ||
      text.find_first_not_of("-+.eE0123456789") != std::string::npos) {
    return std::nullopt;
  }
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end ||
      number != std::floor(number)) {
    return std::nullopt;
  }
  std::string digits(kLongestClass, '\0');
  const auto written =
      std::to_chars(digits.data(), digits.data() + digits.size(), number + 0.0,
                    std::chars_format::fixed, 0);
  if (written.ec != std::errc()) return std::nullopt;
  digits.resize(static_cast<size_t>(written.ptr - digits.data()));
  return digits;
}

class ClassReader {
 public:
  ClassReader(YamlMap* map, ModelSettings* model,
              std::vector<ConfigNote>* notes)
      : map_(map), model_(model), notes_(notes) {}

  void Read() {
    const YAML::Node aliases = map_->Take("aliases");
    ReadAliases(aliases);
    ReadClasses();
    SettleTargets(aliases);
    ReadPositiveClass();
  }

 private:
  void ReadAliases(const YAML::Node& node);
  void ReadAlias(const YAML::Node& key, const YAML::Node& value);
  void ReadClasses();
  void SettleTargets(const YAML::Node& node);
  void ReadPositiveClass();

  // A class in canonical spelling; nullopt after reporting a problem.
  std::optional<std::string> ReadClass(const YAML::Node& node,
                                       const std::string& path);
  // The class of `text`, which is canonical, after aliases.
  std::string Resolve(const std::string& text) const;
  const std::string* TargetOf(std::string_view spelling) const;
  void Note(const YAML::Node& node, const std::string& path,
            const std::string& read, const std::string& more = "");

  YamlMap* const map_;
  ModelSettings* const model_;
  std::vector<ConfigNote>* const notes_;
};

std::optional<std::string> ClassReader::ReadClass(const YAML::Node& node,
                                                  const std::string& path) {
  const bool is_quoted = node.Tag() == "!";
  std::string text = node.IsScalar() ? node.Scalar() : "";
  if (const auto digits = WholeNumber(text); digits && !is_quoted) {
    text = *digits;
  }
  text = std::string(CanonicalClass(text));
  if (text == kOther) {
    map_->Problem(node, path, "is __other__, which no class can be called");
    return std::nullopt;
  }
  if (IsPlainText(text, kLongestClass)) return text;
  map_->Problem(node, path,
                (text.empty() && node.IsScalar() ? "is empty, " : "") +
                    std::string("must be a class name of 1 to 128 bytes "
                                "without control characters"));
  return std::nullopt;
}

void ClassReader::Note(const YAML::Node& node, const std::string& path,
                       const std::string& read, const std::string& more) {
  if (node.Scalar() == read && more.empty()) return;
  notes_->push_back(
      {map_->LineOf(node), path,
       "\"" + node.Scalar() + "\" is read as \"" + read + "\"" + more});
}

const std::string* ClassReader::TargetOf(std::string_view spelling) const {
  for (const auto& [from, to] : model_->aliases) {
    if (IsSameClass(from, spelling)) return &to;
  }
  return nullptr;
}

std::string ClassReader::Resolve(const std::string& text) const {
  const std::string* target = TargetOf(text);
  return target == nullptr ? text : *target;
}

void ClassReader::ReadAliases(const YAML::Node& node) {
  if (!node.IsDefined() || node.IsNull()) return;
  const std::string path = map_->PathOf("aliases");
  if (!node.IsMap()) {
    map_->Problem(node, path,
                  "must be a map of other spellings to classes, such as "
                  "{up: UP, \"1\": UP}");
    return;
  }
  for (const auto& entry : node) ReadAlias(entry.first, entry.second);
  for (const auto& entry : node) {
    if (!entry.first.IsScalar() || !entry.second.IsScalar()) continue;
    const std::string target(CanonicalClass(entry.second.Scalar()));
    const std::string spelling(CanonicalClass(entry.first.Scalar()));
    if (IsSameClass(spelling, target) || TargetOf(target) == nullptr) continue;
    map_->Problem(
        entry.second, path + "." + entry.first.Scalar(),
        "is " + target + ", which is itself an alias, of " + *TargetOf(target));
  }
}

void ClassReader::ReadAlias(const YAML::Node& key, const YAML::Node& value) {
  const std::string written = key.IsScalar() ? key.Scalar() : "?";
  const std::string path = map_->PathOf("aliases") + "." + written;
  const auto spelling = ReadClass(key, path);
  const auto target = ReadClass(value, path);
  if (!spelling || !target) return;
  Note(key, path, *spelling);
  Note(value, path, *target);
  if (IsSameClass(*spelling, *target)) return;
  const std::string* known = TargetOf(*spelling);
  if (known == nullptr) {
    model_->aliases.emplace_back(*spelling, *target);
  } else if (!IsSameClass(*known, *target)) {
    map_->Problem(key, path,
                  "is read as " + *spelling + ", which is an alias of " +
                      *known + " already");
  }
}

void ClassReader::ReadClasses() {
  const YAML::Node list = map_->Take("classes");
  if (!list.IsDefined()) return;
  const std::string path = map_->PathOf("classes");
  if (!list.IsSequence() || list.size() == 0) {
    map_->Problem(list, path, "must be a list of class names");
    return;
  }
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    const auto text = ReadClass(list[i], at);
    if (!text) continue;
    const std::string name = Resolve(*text);
    if (const std::string* same = FindSame(model_->classes, name)) {
      const bool as_written = list[i].Scalar() == *same;
      map_->Problem(list[i], at,
                    "is " + list[i].Scalar() + ", which is there already" +
                        (as_written ? "" : " as " + *same));
      continue;
    }
    Note(list[i], at, name);
    model_->classes.push_back(name);
  }
}

// If classes are configured, aliases must name them, and take their spelling.
void ClassReader::SettleTargets(const YAML::Node& node) {
  if (model_->classes.empty()) return;
  for (auto& [spelling, target] : model_->aliases) {
    if (const std::string* same = FindSame(model_->classes, target)) {
      target = *same;
      continue;
    }
    map_->Problem(node, map_->PathOf("aliases") + "." + spelling,
                  "is " + target + ", which is not in classes" +
                      NearestHint(target, model_->classes));
  }
}

void ClassReader::ReadPositiveClass() {
  const YAML::Node node = map_->Take("positive_class");
  if (!node.IsDefined()) return;
  const std::string path = map_->PathOf("positive_class");
  const auto text = ReadClass(node, path);
  if (!text) return;
  const std::string name = Resolve(*text);
  if (model_->classes.empty()) {
    Note(node, path, name);
    model_->positive_class = name;
    return;
  }
  const std::string* same = FindSame(model_->classes, name);
  if (same == nullptr) {
    map_->Problem(node, path,
                  "is " + name + ", which is not in classes" +
                      NearestHint(name, model_->classes));
    return;
  }
  Note(node, path, name,
       *same == name ? "" : ", which is the class \"" + *same + "\" here");
  model_->positive_class = *same;
}

}  // namespace

void ReadClassSettings(YamlMap* map, ModelSettings* model,
                       std::vector<ConfigNote>* notes) {
  ClassReader(map, model, notes).Read();
}

}  // namespace plumbline
