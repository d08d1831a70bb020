#include "config/root_keys.h"

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <string>
#include <vector>

#include "config/daemon_keys.h"
#include "config/event_log_reader.h"
#include "config/model_keys.h"
#include "config/reach.h"
#include "config/windows.h"

namespace plumbline {
namespace {

void ReadSlots(YamlMap* root, Config* config) {
  // With one slot every window divides, so an invalid number of slots is
  // reported once.
  int64_t slots = root->Has("slots_per_window") ? 1 : config->slots_per_window;
  root->Integer("slots_per_window", range::kSlots, &slots);
  config->slots_per_window = slots;
  for (WindowSettings& window : config->engine.defaults.windows) {
    if (window.last == 0) window.slots = slots;
  }
}

void ReadDefaultWindows(YamlMap* root, Config* config) {
  const bool is_used = ReachOf(root->Take("models")).uses_default_windows;
  std::vector<WindowSettings>& windows = config->engine.defaults.windows;
  ReadWindows(root, config->slots_per_window, is_used, &windows);
  if (!is_used || root->Has("windows")) return;
  for (const WindowSettings& window : windows) {
    const std::string wrong = CheckSlots(window);
    if (wrong.empty()) continue;
    root->Problem(root->node(), "windows",
                  "has the default " + window.name + ", which " + wrong);
  }
}

// A map with keys that all belong to the whole configuration.
template <const Keys<Config>& (*keys)()>
void ReadMap(const char* name, YamlMap* root, Config* config) {
  YamlMap map = root->Map(name);
  ReadKeys(keys(), &map, config);
}

// Read after `join`, which has both sizes.
void ReadStorage(YamlMap* root, Config* config) {
  ReadMap<StorageKeys>("storage", root, config);
  config->engine.remembered_bytes =
      config->durability == "memory" ? config->memory_bytes : config->max_bytes;
}

}  // namespace

const Keys<Config>& RootKeys() {
  static const Keys<Config> kKeys = {
      {{"slots_per_window", std::to_string(Config().slots_per_window),
        IntegerRange(range::kSlots),
        "slots of each time window. Each window that a model has must divide "
        "into as many slots of whole milliseconds. A window covers its length "
        "but for a part of one slot. Needs a restart to change"},
       ReadSlots},
      {{"windows", "`[" + ListWindows(Config().engine.defaults.windows) + "]`",
        "1 to 16 of 1s to 90d, or last_1 to last_1000000",
        "the windows of each model that has none of its own"},
       ReadDefaultWindows},
      {{"join", "its defaults", "a map: [join](#join)",
        "how long predictions and labels are remembered"},
       [](YamlMap* root, Config* config) {
         ReadMap<JoinKeys>("join", root, config);
       }},
      {{"storage", "its defaults", "a map: [storage](#storage)",
        "data on disk"},
       ReadStorage},
      {{"event_log", "none", "a map: [event_log](#event_log)",
        "the log of events and figures ([event-log.md](event-log.md))"},
       [](YamlMap* root, Config* config) {
         ReadEventLog(root, &config->event_log);
       }},
      {{"limits", "its defaults", "a map: [limits](#limits)",
        "bounds of memory and requests"},
       [](YamlMap* root, Config* config) {
         ReadMap<LimitKeys>("limits", root, config);
       }},
      {{"models", "none", "a list of maps: [models](#models)",
        "what differs for some models"},
       ReadModels},
  };
  return kKeys;
}

}  // namespace plumbline
