// Files of the store: whole ones, made so that a crash leaves the old one or
// the new one, and their names.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// Writes a temporary file beside it, syncs it, renames it, and syncs the
// directory. False, with errno, if that fails; then nothing has changed.
bool WriteFileWhole(const std::string& path,
                    std::initializer_list<std::string_view> pieces);

// Names that end in a number of 20 digits, so that they sort by it.
std::string NumberedName(std::string_view prefix, uint64_t number);
// The numbers of the files with this prefix in a directory, in order.
std::vector<uint64_t> ListNumbered(const std::string& directory,
                                   std::string_view prefix);

// True if the file system has some space left beyond what is kept free, so that
// it can always be opened and cleaned up.
bool HasFreeSpace(const std::string& directory);

}  // namespace plumbline
