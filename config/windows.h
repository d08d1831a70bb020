// The key `windows`, of the whole file and of an entry of `models`.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/yaml_reader.h"
#include "core/settings/settings.h"

namespace plumbline {

// Why a window does not divide into its slots; empty if it does.
std::string CheckSlots(const WindowSettings& window);

// `used`: some model can have these windows; else they need not divide into
// slots.
void ReadWindows(YamlMap* map, int64_t slots, bool used,
                 std::vector<WindowSettings>* windows);

// The window of this name or length, or null.
const WindowSettings* FindWindow(const std::string& text,
                                 const std::vector<WindowSettings>& windows);

// The list for messages.
std::string ListWindows(const std::vector<WindowSettings>& windows);

}  // namespace plumbline
