#include "exporters/api/conflicts.h"

#include <array>
#include <nlohmann/json.hpp>

namespace plumbline {
namespace {

constexpr std::array<const char*, 3> kTasks = {"classification", "regression",
                                               "multilabel"};

// For a shell.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

}  // namespace

std::vector<std::string> TaskConflicts(std::string_view models,
                                       const Settings& settings) {
  using Json = nlohmann::json;
  std::vector<std::string> conflicts;
  const Json json = Json::parse(models, nullptr, false);
  if (!json.is_object() || !json.contains("models")) return conflicts;
  for (const Json& model : json["models"]) {
    const std::string name = model["model"];
    if (!model["task"].is_string()) continue;  // nothing has decided it yet
    const std::string task = model["task"];
    const auto& configured = settings.For(name).task;
    if (!configured || kTasks[static_cast<size_t>(*configured)] == task) {
      continue;
    }
    conflicts.push_back(
        "model \"" + name + "\" is known as " + task + ", the file says " +
        kTasks[static_cast<size_t>(*configured)] +
        ", which holds once it is forgotten: plumbtool delete " + Quoted(name));
  }
  return conflicts;
}

std::vector<std::string> PositiveClassConflicts(std::string_view status,
                                                const Settings& settings) {
  using Json = nlohmann::json;
  std::vector<std::string> conflicts;
  const Json json = Json::parse(status, nullptr, false);
  if (!json.is_object() || !json.contains("conflicts")) return conflicts;
  for (const Json& conflict : json["conflicts"]) {
    const std::string model = conflict["model"];
    if (conflict["field"] != "positive_class" ||
        !settings.For(model).positive_class.empty()) {
      continue;
    }
    conflicts.push_back("model \"" + model +
                        "\": " + conflict["message"].get<std::string>());
  }
  return conflicts;
}

}  // namespace plumbline
