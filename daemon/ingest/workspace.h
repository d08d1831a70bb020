// Workspace: the buffers to read, decompress and decode a request.

#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/event/command.h"
#include "daemon/decode/body.h"
#include "daemon/hash/id_hash.h"

namespace plumbline {

struct Workspace {
  explicit Workspace(const IdHasher* hasher);

  // Frees memory beyond what an ordinary request needs.
  void Trim(size_t kept_bytes);

  const IdHasher* const hasher;
  std::unique_ptr<BodyDecoder> decoder;
  std::string body;
  std::string unpacked;
  DecodedBody decoded;
  Command command{EventBatch{}};
};

// Hands out workspaces, the last used first, as their memory is in the caches.
// A few stay as large as batches make them. The others, which serve peaks of
// connections, are trimmed. [Any thread]
class WorkspacePool {
 public:
  explicit WorkspacePool(const IdHasher* hasher) : hasher_(hasher) {}

  // Lends a workspace to the caller for its lifetime.
  class Lease {
   public:
    explicit Lease(WorkspacePool* pool)
        : pool_(pool), workspace_(pool->Take()) {}
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Workspace* get() const { return workspace_.get(); }

   private:
    WorkspacePool* const pool_;
    std::unique_ptr<Workspace> workspace_;
  };

 private:
  using Workspaces = std::vector<std::unique_ptr<Workspace>>;

  std::unique_ptr<Workspace> Take();
  void Return(std::unique_ptr<Workspace> workspace);

  const IdHasher* const hasher_;
  std::mutex mutex_;
  Workspaces warm_;  // guarded by mutex_
  Workspaces cold_;  // guarded by mutex_; trimmed
};

}  // namespace plumbline
