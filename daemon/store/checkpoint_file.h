// Checkpoint files: the state as it was before one record of the journal.
//
// "checkpoint-<sequence>" holds the state before that record: magic (8), format
// version (4), 0 (4), sequence (8), checksum of the payload (8), payload. It is
// written whole or not at all; then those before it are dropped.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

struct CheckpointFile {
  uint64_t sequence = 1;  // of the record that comes next
  std::string payload;    // empty if there is none
};

// The newest one in the directory; an empty one if there is none. nullopt, with
// *error, if it is damaged or of a newer format.
std::optional<CheckpointFile> ReadCheckpoint(const std::string& directory,
                                             std::string* error);

// False, with errno, if it cannot be written; then nothing has changed.
bool WriteCheckpoint(const std::string& directory, uint64_t sequence,
                     std::string_view payload);

// Removes the checkpoints before `sequence`.
void DropCheckpointsBefore(const std::string& directory, uint64_t sequence);

}  // namespace plumbline
