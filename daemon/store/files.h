// Files of the store: atomic replacement and numbered names. A crash leaves the
// old file or the new one, each whole.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// For umask(): files are accessible to the owner and the group only.
inline constexpr unsigned kFileMask = 0027;

enum class Written {
  kYes,
  kNo,      // nothing has changed
  kUnsure,  // written, but a loss of power may undo it
};

// Writes a temporary file beside `path` and renames it. With `sync` both
// survive a loss of power. With kNo, errno tells why.
Written WriteFileWhole(const std::string& path,
                       std::initializer_list<std::string_view> pieces,
                       bool sync);

// Makes the names in a directory survive a loss of power.
bool SyncDirectory(const std::string& directory);

// Identifies a file, to tell it from another one at the same path.
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

// True if the file system has more than `bytes` free beyond the reserve for
// opening and cleaning up.
bool HasFreeSpace(const std::string& directory, uint64_t bytes = 0);

// Creates a file as large as the reserve, unless it exists or too little space
// is left. Remove it if a store cannot be opened otherwise.
void MakeReserve(const std::string& path);

}  // namespace plumbline
