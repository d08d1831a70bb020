// A commit group: commands that are journalled as one record and applied at one
// time.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/event/event.h"
#include "core/settings/settings.h"

namespace plumbline {

// Only advances the time.
struct Tick {};

// Deletes a model, or one version of it.
struct Removal {
  std::string model;
  std::optional<std::string> version;
};

using Command = std::variant<Tick, EventBatch, Settings, Removal>;

struct Group {
  int64_t now_ms = 0;
  std::vector<const Command*> commands;  // in order
};

// Encodes into *bytes and reuses its memory.
void EncodeGroup(const Group& group, std::string* bytes);

// A decoded group, which owns its commands.
struct StoredGroup {
  int64_t now_ms = 0;
  std::vector<Command> commands;

  Group View() const;
};
// Returns nullopt if the bytes are not one whole encoded group. *unknown then
// names the part of a later format in it, or is empty.
std::optional<StoredGroup> DecodeGroup(std::string_view bytes,
                                       std::string* unknown = nullptr);

}  // namespace plumbline
