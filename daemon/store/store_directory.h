// StoreDirectory: the directory of a store, locked by one daemon.

#pragma once

#include <memory>
#include <string>
#include <utility>

#include "daemon/hash/id_hash.h"

namespace plumbline {

class StoreDirectory {
 public:
  // Creates the directory if it does not exist, takes its lock, and reads or
  // creates its identity. nullptr, with *error saying what to do, if another
  // process holds it, its format is newer, or it cannot be used.
  static std::unique_ptr<StoreDirectory> Open(const std::string& path,
                                              std::string* error);
  ~StoreDirectory();
  StoreDirectory(const StoreDirectory&) = delete;
  StoreDirectory& operator=(const StoreDirectory&) = delete;

  // Removes temporary files that a crash left.
  void RemoveTemporaries();

  // Marks the store as of the current format, which an older plumbline then
  // refuses. Everything written from here on may use it. If the disk is full,
  // the next start does it. False, with errno, on failure.
  [[nodiscard]] bool MakeCurrent();

  // [Any thread] True if the lock is still the file at its path, and an
  // identity is beside it.
  bool IsThere() const;

  const std::string& path() const { return path_; }
  // True if there was no store and this one was created.
  bool is_new() const { return is_new_; }
  // The key that hashes the ids stored here.
  const IdHasher::Secret& secret() const { return secret_; }

 private:
  explicit StoreDirectory(std::string path) : path_(std::move(path)) {}

  static void RemoveTemporariesIn(const std::string& path);
  bool Lock(std::string* error);
  bool ReadIdentity(std::string* error);

  const std::string path_;
  int lock_ = -1;
  IdHasher::Secret secret_{};
  bool is_current_ = true;
  bool is_new_ = false;
};

}  // namespace plumbline
