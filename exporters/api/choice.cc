#include "exporters/api/choice.h"

#include <algorithm>

#include "config/units.h"
#include "core/settings/nearest.h"

namespace plumbline {

bool Choice::Has(const WindowSnapshot& w) const {
  return !window || IsWindow(w.settings, *window);
}

std::string CheckVersion(const Choice& choice, const ModelSnapshot& model) {
  if (!choice.version) return "";
  std::vector<std::string> names;
  for (const VersionSnapshot& version : model.versions) {
    if (choice.Has(version)) return "";
    names.push_back(version.name);
  }
  return "the model has no such version as \"" + *choice.version + "\"" +
         NearestHint(*choice.version, names);
}

std::string CheckWindow(const Choice& choice, const ModelSnapshot& model) {
  if (!choice.window) return "";
  std::vector<std::string> names;
  for (const VersionSnapshot& version : model.versions) {
    for (const WindowSnapshot& window : version.windows) {
      if (choice.Has(window)) return "";
      const std::string& name = window.settings.name;
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  if (names.empty()) return "";
  return "the model has no such window as \"" + *choice.window + "\", it has " +
         ListNames(names);
}

std::string NoSuchModel(const PublishedState& state, const std::string& name) {
  std::vector<std::string> names;
  {
    const Reclaimer::Guard guard(state.reclaimer());
    for (const PublishedModel* model : state.models().Get()) {
      names.push_back(model->name);
    }
  }
  return "no such model as \"" + name + "\"" + NearestHint(name, names);
}

}  // namespace plumbline
