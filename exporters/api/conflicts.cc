#include "exporters/api/conflicts.h"

#include <nlohmann/json.hpp>

#include "core/settings/advice.h"

namespace plumbline {
namespace {

using Json = nlohmann::json;

// The array `name` of an answer; empty if there is none.
Json ListOf(std::string_view answer, const char* name) {
  const Json json = Json::parse(answer, nullptr, false);
  return json.is_object() && json.contains(name) ? json[name] : Json::array();
}

}  // namespace

std::vector<std::string> TaskConflicts(std::string_view models,
                                       const Settings& settings,
                                       std::string_view url) {
  std::vector<std::string> conflicts;
  for (const Json& model : ListOf(models, "models")) {
    const std::string name = model["model"];
    if (!model["task"].is_string()) continue;  // not decided yet
    const std::string task = model["task"];
    const auto& configured = settings.For(name).task;
    if (!configured || TaskName(*configured) == task) continue;
    conflicts.push_back(
        "model \"" + name + "\" is known as " + task + ", the file says " +
        std::string(TaskName(*configured)) +
        ", which holds once it is forgotten: " + DeleteCommand(name, url));
  }
  return conflicts;
}

std::vector<std::string> PositiveClassConflicts(std::string_view status,
                                                const Settings& settings) {
  std::vector<std::string> conflicts;
  for (const Json& conflict : ListOf(status, "conflicts")) {
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
