#include "config/yaml_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "config/units.h"
#include "core/settings/nearest.h"

namespace plumbline {
namespace {

std::string ShownValue(const YAML::Node& node) {
  if (node.IsScalar()) return "\"" + node.Scalar() + "\"";
  return node.IsNull() ? "empty" : node.IsSequence() ? "a list" : "a map";
}

// Quoted, "5" is a text.
std::optional<int64_t> ParseInteger(const YAML::Node& node) {
  if (node.Tag() == "!") return std::nullopt;
  const std::string& text = node.Scalar();
  int64_t value = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return std::nullopt;
  std::string text;
  char piece[4096];
  while (file.read(piece, sizeof(piece)) || file.gcount() > 0) {
    text.append(piece, static_cast<size_t>(file.gcount()));
  }
  // A directory can be opened, but not read.
  if (file.bad()) return std::nullopt;
  return text;
}

bool IsPlainText(std::string_view text, size_t most) {
  return !text.empty() && text.size() <= most &&
         std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

YamlMap::YamlMap(const YAML::Node& node, std::string path,
                 std::vector<ConfigProblem>* problems)
    : given_(node), path_(std::move(path)), problems_(problems) {
  if (!node.IsDefined() || node.IsNull()) return;
  if (!node.IsMap()) {
    Problem(node, path_, "is " + ShownValue(node) + ", must be a map of keys");
    return;
  }
  node_ = node;
}

void YamlMap::Duration(const char* key, int64_t least, int64_t most,
                       int64_t* out) {
  const auto parse = [](const YAML::Node& node) {
    return ParseDuration(node.Scalar());
  };
  Quantity(key, least, most, out, parse, FormatDuration,
           "a duration such as 30s, 5m, 1h or 7d");
}

void YamlMap::Size(const char* key, int64_t least, int64_t most, int64_t* out) {
  const auto parse = [](const YAML::Node& node) {
    return ParseSize(node.Scalar());
  };
  Quantity(key, least, most, out, parse, FormatSize,
           "a size such as 64KiB, 512MiB or 4GiB");
}

void YamlMap::Integer(const char* key, int64_t least, int64_t most,
                      int64_t* out) {
  const auto format = [](int64_t n) { return std::to_string(n); };
  Quantity(key, least, most, out, ParseInteger, format, "a whole number");
}

void YamlMap::Number(const char* key, double least, double most,
                     std::optional<double>* out) {
  const YAML::Node value = Take(key);
  if (!value.IsDefined()) return;
  double number = 0;
  if (!value.IsScalar() || value.Tag() == "!" ||
      !YAML::convert<double>::decode(value, number) || std::isnan(number)) {
    Problem(value, PathOf(key),
            "is " + ShownValue(value) + ", must be a number");
  } else if (number < least || number > most) {
    std::ostringstream range;
    range << least << " to " << most;
    Problem(value, PathOf(key),
            "is " + value.Scalar() + ", must be from " + range.str());
  } else {
    *out = number;
  }
}

template <class Parse, class Format>
void YamlMap::Quantity(const char* key, int64_t least, int64_t most,
                       int64_t* out, Parse parse, Format format,
                       std::string_view wanted) {
  const YAML::Node value = Take(key);
  if (!value.IsDefined()) return;
  const auto parsed = value.IsScalar() ? parse(value) : std::nullopt;
  if (!parsed) {
    Problem(value, PathOf(key),
            "is " + ShownValue(value) + ", must be " + std::string(wanted));
  } else if (*parsed < least || *parsed > most) {
    Problem(value, PathOf(key),
            "is " + value.Scalar() + ", must be from " + format(least) +
                " to " + format(most));
  } else {
    *out = *parsed;
  }
}

void YamlMap::Text(const char* key, size_t most, std::string* out) {
  const YAML::Node value = Take(key);
  if (!value.IsDefined()) return;
  if (!value.IsScalar() || !IsPlainText(value.Scalar(), most)) {
    Problem(value, PathOf(key),
            "is " + ShownValue(value) + ", must be a text of 1 to " +
                std::to_string(most) + " bytes without control characters");
    return;
  }
  *out = value.Scalar();
}

void YamlMap::Word(const char* key,
                   std::initializer_list<std::string_view> words,
                   std::string* out) {
  const YAML::Node value = Take(key);
  if (!value.IsDefined()) return;
  if (value.IsScalar() &&
      std::find(words.begin(), words.end(), value.Scalar()) != words.end()) {
    *out = value.Scalar();
    return;
  }
  std::string list;
  for (const std::string_view word : words) {
    if (!list.empty()) list += " or ";
    list += word;
  }
  Problem(value, PathOf(key), "is " + ShownValue(value) + ", must be " + list);
}

YAML::Node YamlMap::Take(const char* key) {
  known_.emplace_back(key);
  // Indexing an undefined node would create the key.
  if (!node_.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
  const YAML::Node& map = node_;
  return map[key];
}

std::string YamlMap::PathOf(const char* key) const {
  return path_.empty() ? key : path_ + "." + key;
}

void YamlMap::Problem(const YAML::Node& at, const std::string& path,
                      std::string message) {
  problems_->push_back({LineOf(at), path, std::move(message)});
}

// yaml-cpp gives an empty value the line of the next key, so its own key tells
// the line.
int YamlMap::LineOf(const YAML::Node& at) const {
  if (at.IsNull() && node_.IsMap()) {
    for (const auto& entry : node_) {
      if (entry.second.is(at)) return entry.first.Mark().line + 1;
    }
  }
  return at.Mark().line + 1;
}

void YamlMap::RefuseOthers() {
  if (!node_.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    if (!seen.insert(key).second) {
      Problem(entry.first, PathOf(key.c_str()), "is there twice");
    }
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::set<std::string> names(known_.begin(), known_.end());
    std::string list;
    for (const std::string& known : names) {
      list += (list.empty() ? "" : ", ") + known;
    }
    Problem(entry.first, PathOf(key.c_str()),
            "is not a known key; known keys: " + list +
                NearestHint(key, {names.begin(), names.end()}));
  }
}

}  // namespace plumbline
