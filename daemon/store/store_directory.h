// StoreDirectory: the directory that state is kept in, held by one daemon.

#pragma once

#include <memory>
#include <string>
#include <utility>

#include "daemon/hash/id_hash.h"

namespace plumbline {

class StoreDirectory {
 public:
  // Makes the directory if it is not there, takes its lock, and reads or makes
  // its identity. nullptr, with *error saying what to do, if it is another's,
  // of a newer format, or cannot be used.
  static std::unique_ptr<StoreDirectory> Open(const std::string& path,
                                              std::string* error);
  ~StoreDirectory();
  StoreDirectory(const StoreDirectory&) = delete;
  StoreDirectory& operator=(const StoreDirectory&) = delete;

  // Removes what a crash left half written.
  void RemoveTemporaries();

  // What is written from here on may be of the current format, which a former
  // plumbline refuses then. Where the disk is full, the next start does it.
  // False, with errno, if it cannot be.
  [[nodiscard]] bool MakeCurrent();

  // [Any thread] The lock is still the file at its path, beside an identity.
  bool IsThere() const;

  const std::string& path() const { return path_; }
  // There was no store: this one was made.
  bool is_new() const { return is_new_; }
  // The key of the ids that are stored here.
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
