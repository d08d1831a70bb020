#include "exporters/api/conflicts.h"

#include <nlohmann/json.hpp>

#include "core/advice.h"

namespace plumbline {

std::vector<std::string> TaskConflicts(std::string_view models,
                                       const Settings& settings,
                                       std::string_view url) {
  using Json = nlohmann::json;
  std::vector<std::string> conflicts;
  const Json json = Json::parse(models, nullptr, false);
  if (!json.is_object() || !json.contains("models")) return conflicts;
  for (const Json& model : json["models"]) {
    const std::string name = model["model"];
    if (!model["task"].is_string()) continue;  // nothing has decided it yet
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
