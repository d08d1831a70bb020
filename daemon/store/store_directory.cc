#include "daemon/store/store_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/codec/archive.h"
#include "core/codec/bytes.h"
#include "daemon/hash/checksum.h"
#include "daemon/store/files.h"

namespace plumbline {
namespace {

// The identity of a store: magic (8), format version (4), 0 (4), the secret of
// the ids (192), checksum of all that (8).
constexpr char kIdentity[] = "PLUMBLINE";
constexpr uint64_t kMagic = 0x3152545342504c50;  // "PLPBSTR1"
constexpr uint32_t kStoreFormat = kFormatMajor;
// The oldest format that this build reads.
constexpr uint32_t kOldestFormat = 7;

std::string EncodeIdentity(const IdHasher::Secret& secret,
                           uint32_t format = kStoreFormat) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Put(kMagic);
  out.Put(format);
  out.Put(uint32_t{0});
  out.Put(secret);
  out.Put(Checksum(bytes));
  return bytes;
}

// True if the directory has no files of others.
bool IsFresh(const std::string& path) {
  std::error_code failed;
  const auto entries = std::filesystem::directory_iterator(path, failed);
  return !failed &&
         std::all_of(begin(entries), end(entries), [](const auto& entry) {
           const std::string name = entry.path().filename().string();
           return name == "LOCK" || name == "lost+found" ||
                  name.ends_with(".tmp");
         });
}

// Explains a directory that has files but no identity.
std::string WhyNoStore(const std::string& path) {
  std::error_code failed;
  if (std::filesystem::exists(path + "/db", failed)) {
    return std::string(": has a database, but no ") + kIdentity +
           "; that file is missing: take it from a copy of this store";
  }
  for (const auto& entry : std::filesystem::directory_iterator(path, failed)) {
    const std::string inner = entry.path().string();
    if (std::filesystem::exists(inner + "/" + kIdentity, failed)) {
      return ": is not a store of plumbline, but has one in " + inner;
    }
  }
  return ": has files, and is not a store of plumbline; choose an empty "
         "--storage.path";
}

}  // namespace

std::unique_ptr<StoreDirectory> StoreDirectory::Open(const std::string& path,
                                                     std::string* error) {
  std::string plain = path;
  while (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  std::unique_ptr<StoreDirectory> directory(new StoreDirectory(plain));
  std::error_code failed;
  std::filesystem::create_directories(plain, failed);
  if (failed) {
    *error = plain + ": cannot be made: " + failed.message() +
             "; choose another --storage.path";
    return nullptr;
  }
  SyncDirectory(std::filesystem::absolute(plain).parent_path().string());
  if (!directory->Lock(error) || !directory->ReadIdentity(error)) {
    return nullptr;
  }
  return directory;
}

StoreDirectory::~StoreDirectory() {
  if (lock_ >= 0) close(lock_);
}

bool StoreDirectory::Lock(std::string* error) {
  const std::string file = path_ + "/LOCK";
  lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock_ < 0) {
    *error = file + ": cannot be opened: " + std::strerror(errno);
    return false;
  }
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    *error = path_ +
             ": is in use by another plumbline; stop it, or choose another "
             "--storage.path";
    return false;
  }
  return true;
}

bool StoreDirectory::IsThere() const {
  return FileIdAt(path_ + "/LOCK") == FileIdOf(lock_) &&
         FileIdAt(path_ + "/" + kIdentity);
}

void StoreDirectory::RemoveTemporaries() {
  RemoveTemporariesIn(path_);
  RemoveTemporariesIn(path_ + "/snapshots");
}

void StoreDirectory::RemoveTemporariesIn(const std::string& path) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) {
    if (entry.path().extension() == ".tmp") {
      std::filesystem::remove_all(entry.path(), ignored);
    }
  }
}

bool StoreDirectory::ReadIdentity(std::string* error) {
  const std::string file = path_ + "/" + kIdentity;
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open()) {
    if (!IsFresh(path_)) {
      *error = path_ + WhyNoStore(path_);
      return false;
    }
    is_new_ = true;
    secret_ = IdHasher::RandomSecret();
    if (WriteFileWhole(file, {EncodeIdentity(secret_)}, true) ==
        Written::kYes) {
      return true;
    }
    *error = file + ": cannot be written: " + std::strerror(errno);
    return false;
  }
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  ByteReader reader(bytes);
  const bool ours = reader.Get<uint64_t>() == kMagic;
  const auto format = reader.Get<uint32_t>();
  if (ours && (format < kOldestFormat || format > kStoreFormat)) {
    *error = path_ + ": is of format " + std::to_string(format) + ", made by " +
             (format > kStoreFormat ? "a newer" : "an older") +
             " plumbline; this one reads formats " +
             std::to_string(kOldestFormat) + " to " +
             std::to_string(kStoreFormat);
    return false;
  }
  reader.Get<uint32_t>();
  secret_ = reader.Get<IdHasher::Secret>();
  if (!ours || bytes != EncodeIdentity(secret_, format)) {
    *error = file + ": is damaged, or of no plumbline";
    return false;
  }
  is_current_ = format == kStoreFormat;
  return true;
}

bool StoreDirectory::MakeCurrent() {
  if (is_current_) return true;
  const std::string file = path_ + "/" + kIdentity;
  is_current_ =
      WriteFileWhole(file, {EncodeIdentity(secret_)}, true) == Written::kYes;
  return is_current_;
}

}  // namespace plumbline
