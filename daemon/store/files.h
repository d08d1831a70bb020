// Files of the store: whole ones, made so that a crash leaves the old one or
// the new one, and their names.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// For umask(): what the process writes is for the owner and the group alone.
inline constexpr unsigned kFileMask = 0027;

enum class Written {
  kYes,
  kNo,      // nothing has changed
  kUnsure,  // it is there, but a loss of power may take it back
};

// Writes a temporary file beside it and renames it; `sync` has both survive a
// loss of power. With kNo, errno says why.
Written WriteFileWhole(const std::string& path,
                       std::initializer_list<std::string_view> pieces,
                       bool sync);

// Has the names in a directory survive a loss of power.
bool SyncDirectory(const std::string& directory);

// What tells a file from another one that has come to its path.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileId&) const = default;
};
std::optional<FileId> FileIdAt(const std::string& path);
std::optional<FileId> FileIdOf(int fd);

// Names that end in a number of 20 digits, so that they sort by it.
std::string NumberedName(std::string_view prefix, uint64_t number);
// The numbers of the files with this prefix in a directory, in order. nullopt,
// with errno, if the directory cannot be read.
std::optional<std::vector<uint64_t>> ListNumbered(const std::string& directory,
                                                  std::string_view prefix);

// True if the file system has more than `bytes` left beyond what is kept free,
// so that it can always be opened and cleaned up.
bool HasFreeSpace(const std::string& directory, uint64_t bytes = 0);

// A file that holds as much space as is kept free, unless it is there already
// or there is not enough left beyond it. It is to be removed when a store
// cannot be opened otherwise.
void MakeReserve(const std::string& path);

}  // namespace plumbline
