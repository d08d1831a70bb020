// A commit group: what is journalled as one record and applied at one time.

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

// Time passes, and nothing else.
struct Tick {};

// Forgets a model, or one version of it.
struct Removal {
  std::string model;
  std::optional<std::string> version;
};

using Command = std::variant<Tick, EventBatch, Settings, Removal>;

struct Group {
  int64_t now_ms = 0;
  std::vector<const Command*> commands;  // in order
};

// Into *bytes, whose memory is used again.
void EncodeGroup(const Group& group, std::string* bytes);

// A group and what it points to.
struct StoredGroup {
  int64_t now_ms = 0;
  std::vector<Command> commands;

  Group View() const;
};
// nullopt if the bytes are not a whole encoded group; *unknown then says what
// of a later format there is in it, or nothing.
std::optional<StoredGroup> DecodeGroup(std::string_view bytes,
                                       std::string* unknown = nullptr);

}  // namespace plumbline
