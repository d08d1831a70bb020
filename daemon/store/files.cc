#include "daemon/store/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>

namespace plumbline {
namespace {

constexpr uint64_t kMostKeptFree = uint64_t{16} << 20;
constexpr uint64_t kPartKeptFree = 32;  // of the file system
constexpr size_t kDigits = 20;

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

struct Space {
  uint64_t free = 0;
  uint64_t kept = 0;  // to be kept free
};

Space SpaceAt(const std::string& directory) {
  struct statvfs info {};
  if (statvfs(directory.c_str(), &info) != 0) return {};
  const uint64_t all = uint64_t{info.f_blocks} * info.f_frsize;
  return {uint64_t{info.f_bavail} * info.f_frsize,
          std::min(kMostKeptFree, all / kPartKeptFree)};
}

}  // namespace

bool SyncDirectory(const std::string& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool good = fsync(fd) == 0;
  close(fd);
  return good;
}

Written WriteFileWhole(const std::string& path,
                       std::initializer_list<std::string_view> pieces,
                       bool sync) {
  const std::string temporary = path + ".tmp";
  const int fd =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd < 0) return Written::kNo;
  bool good = true;
  for (const std::string_view piece : pieces) {
    good = good && WriteAll(fd, piece);
  }
  good = good && (!sync || fsync(fd) == 0);
  good = close(fd) == 0 && good;
  if (!good || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    unlink(temporary.c_str());
    errno = reason;
    return Written::kNo;
  }
  const bool synced = !sync || SyncDirectory(path.substr(0, path.rfind('/')));
  return synced ? Written::kYes : Written::kUnsure;
}

std::optional<FileId> FileIdAt(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return FileId{info.st_dev, info.st_ino};
}

std::optional<FileId> FileIdOf(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return std::nullopt;
  return FileId{info.st_dev, info.st_ino};
}

std::string NumberedName(std::string_view prefix, uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, kDigits - std::min(kDigits, digits.size()), '0');
  return std::string(prefix) + digits;
}

std::optional<std::vector<uint64_t>> ListNumbered(const std::string& directory,
                                                  std::string_view prefix) {
  std::vector<uint64_t> numbers;
  DIR* open_directory = opendir(directory.c_str());
  if (open_directory == nullptr) return std::nullopt;
  errno = 0;
  while (const dirent* entry = readdir(open_directory)) {
    std::string_view name = entry->d_name;
    if (!name.starts_with(prefix)) continue;
    name.remove_prefix(prefix.size());
    uint64_t number = 0;
    const char* const end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data(), end, number);
    if (name.size() == kDigits && parsed.ec == std::errc() &&
        parsed.ptr == end) {
      numbers.push_back(number);
    }
  }
  const bool whole = errno == 0;
  closedir(open_directory);
  if (!whole) return std::nullopt;
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

bool HasFreeSpace(const std::string& directory, uint64_t bytes) {
  const Space space = SpaceAt(directory);
  return space.free > space.kept + bytes;
}

void MakeReserve(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) return;
  const Space space = SpaceAt(path.substr(0, path.rfind('/')));
  const auto size = static_cast<off_t>(space.kept);
  // The reserve must not use the space that is kept free.
  if (space.free < 2 * space.kept || size == 0) return;
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return;
  const bool made = posix_fallocate(fd, 0, size) == 0;
  close(fd);
  if (!made) unlink(path.c_str());
}

}  // namespace plumbline
