// The key `windows`, of the whole and of an entry of `models`.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/yaml_reader.h"
#include "core/settings/settings.h"

namespace plumbline {

// What keeps a window from dividing into its slots, or nothing.
std::string CheckSlots(const WindowSettings& window);

// `used`: some model has them; else they need not divide into slots.
void ReadWindows(YamlMap* map, int64_t slots, bool used,
                 std::vector<WindowSettings>* windows);

// The window of this name or length, or null.
const WindowSettings* FindWindow(const std::string& text,
                                 const std::vector<WindowSettings>& windows);

// As messages list them.
std::string ListWindows(const std::vector<WindowSettings>& windows);

}  // namespace plumbline
