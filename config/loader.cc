#include "config/loader.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "config/root_keys.h"
#include "config/units.h"
#include "config/yaml_document.h"
#include "config/yaml_reader.h"

namespace plumbline {
namespace {

using Problems = std::vector<ConfigProblem>;

}  // namespace

Config::Config() {
  engine.remembered_bytes = max_bytes;
  for (const char* name : {"5m", "1h", "24h", "last_1000"}) {
    engine.defaults.windows.push_back(*ParseWindow(name, slots_per_window));
  }
}

std::optional<Config> LoadConfig(std::string_view text, Problems* problems) {
  const size_t before = problems->size();
  Config config;
  if (const auto root = LoadDocument(std::string(text), problems)) {
    try {
      YamlMap map(*root, "", problems);
      ReadKeys(RootKeys(), &map, &config);
    } catch (const YAML::Exception& error) {
      problems->push_back({error.mark.line + 1, "", error.msg});
    }
  }
  std::stable_sort(
      problems->begin() + static_cast<ptrdiff_t>(before), problems->end(),
      [](const auto& a, const auto& b) { return a.line < b.line; });
  if (problems->size() > before) return std::nullopt;
  return config;
}

std::optional<Config> LoadConfigFile(const std::string& path,
                                     Problems* problems) {
  const auto text = ReadFile(path);
  if (!text) {
    problems->push_back({0, "", "cannot be read"});
    return std::nullopt;
  }
  return LoadConfig(*text, problems);
}

std::string Describe(const std::string& file, const ConfigProblem& problem) {
  std::string text = file;
  if (problem.line > 0) text += ":" + std::to_string(problem.line);
  text += ": ";
  if (!problem.path.empty()) text += problem.path + ": ";
  return text + problem.message;
}

std::string Describe(const std::string& file,
                     const std::vector<ConfigProblem>& problems) {
  std::string text;
  for (const ConfigProblem& problem : problems) {
    if (!text.empty()) text += "\n";
    text += Describe(file, problem);
  }
  return text;
}

}  // namespace plumbline
