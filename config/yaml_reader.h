// Reads a map of the configuration key by key. Collects each problem with its
// path and line, and goes on, so that all are reported at once.

#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/loader.h"
#include "core/settings/settings_range.h"

namespace plumbline {

// The content of a file; nullopt if it is unreadable or no file.
std::optional<std::string> ReadFile(const std::string& path);

// True if `text` has 1 to `most` bytes and no control characters.
bool IsPlainText(std::string_view text, size_t most);

class YamlMap {
 public:
  // A node that is no map is a problem, and reads as an empty map.
  YamlMap(const YAML::Node& node, std::string path,
          std::vector<ConfigProblem>* problems);

  // Each sets *out if the key is present and its value is valid.
  void Duration(const char* key, int64_t least, int64_t most, int64_t* out);
  void Size(const char* key, int64_t least, int64_t most, int64_t* out);
  void Integer(const char* key, int64_t least, int64_t most, int64_t* out);
  void Number(const char* key, double least, double most,
              std::optional<double>* out);
  void Text(const char* key, size_t most, std::string* out);
  void Duration(const char* key, const Integers& in, int64_t* out) {
    Duration(key, in.least, in.most, out);
  }
  void Size(const char* key, const Integers& in, int64_t* out) {
    Size(key, in.least, in.most, out);
  }
  void Integer(const char* key, const Integers& in, int64_t* out) {
    Integer(key, in.least, in.most, out);
  }
  void Number(const char* key, const Reals& in, std::optional<double>* out) {
    Number(key, in.least, in.most, out);
  }
  // One of the given words.
  void Word(const char* key, std::initializer_list<std::string_view> words,
            std::string* out);

  // A nested map, of a key or of a node.
  YamlMap Map(const char* key) { return Inner(Take(key), PathOf(key)); }
  YamlMap Inner(const YAML::Node& node, std::string path) const {
    return YamlMap(node, std::move(path), problems_);
  }

  // The node as given, a map or not.
  const YAML::Node& node() const { return given_; }
  bool Has(const char* key) const {
    return node_.IsMap() && node_[key].IsDefined();
  }
  // The node of a key for the caller to read; undefined if it is missing.
  YAML::Node Take(const char* key);
  std::string PathOf(const char* key) const;
  void Problem(const YAML::Node& at, const std::string& path,
               std::string message);

  // From 1.
  int LineOf(const YAML::Node& at) const;

  // Reports every key that was not read. Call last.
  void RefuseOthers();

 private:
  template <class Parse, class Format>
  void Quantity(const char* key, int64_t least, int64_t most, int64_t* out,
                Parse parse, Format format, std::string_view wanted);

  const YAML::Node given_;
  YAML::Node node_;  // null unless it is a map
  const std::string path_;
  std::vector<ConfigProblem>* const problems_;
  std::vector<std::string> known_;
};

}  // namespace plumbline
