// Whole files, made so that a crash leaves the old one or the new one.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline {

// Writes a temporary file beside it, syncs it, renames it, and syncs the
// directory. False, with errno, if that fails; then nothing has changed.
bool WriteFileWhole(const std::string& path, std::string_view bytes);

// True if the file system has some space left beyond what is kept free, so that
// it can always be opened and cleaned up.
bool HasFreeSpace(const std::string& directory);

}  // namespace plumbline
