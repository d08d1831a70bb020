#include "daemon/ingest/workspace.h"

#include <utility>
#include <variant>

namespace plumbline {
namespace {

// The capacity that a workspace keeps for each buffer. Batches of a thousand
// events cause no allocation between requests.
constexpr size_t kKeptWarm = 512 << 10;
constexpr size_t kKeptCold = 16 << 10;
constexpr size_t kMostWarm = 16;  // workspaces

void Trim(std::string* buffer, size_t kept) {
  if (buffer->capacity() > kept) std::string().swap(*buffer);
}

// Sums up the lists, as any of them can be the long one.
bool IsLarge(const EventBatch& batch, size_t kept) {
  return batch.capacity_bytes() > 2 * kept;
}

}  // namespace

Workspace::Workspace(const IdHasher* hasher)
    : hasher(hasher), decoder(std::make_unique<BodyDecoder>(hasher)) {}

void Workspace::Trim(size_t kept) {
  decoded.errors.clear();
  decoded.rejected_by_model.clear();
  decoded.warnings.clear();
  plumbline::Trim(&body, kept);
  plumbline::Trim(&unpacked, kept);
  auto& batch = std::get<EventBatch>(command);
  if (IsLarge(batch, kept) || IsLarge(decoded.batch, kept) ||
      decoded.sent.capacity_bytes() > 2 * kept) {
    // Assignment would keep the buffers of strings.
    EventBatch fresh_batch;
    DecodedBody fresh_body;
    std::swap(batch, fresh_batch);
    std::swap(decoded, fresh_body);
  }
  // The decoder takes several times the size of what it parsed.
  if (decoder->capacity() > kept / 8) {
    decoder = std::make_unique<BodyDecoder>(hasher);
  }
}

WorkspacePool::Lease::~Lease() {
  try {
    pool_->Return(std::move(workspace_));
  } catch (...) {
    // There is no memory to keep the workspace, so it is freed.
  }
}

std::unique_ptr<Workspace> WorkspacePool::Take() {
  {
    const std::lock_guard lock(mutex_);
    for (Workspaces* workspaces : {&warm_, &cold_}) {
      if (workspaces->empty()) continue;
      auto workspace = std::move(workspaces->back());
      workspaces->pop_back();
      return workspace;
    }
  }
  return std::make_unique<Workspace>(hasher_);
}

void WorkspacePool::Return(std::unique_ptr<Workspace> workspace) {
  workspace->Trim(kKeptWarm);
  {
    const std::lock_guard lock(mutex_);
    if (warm_.size() < kMostWarm) {
      warm_.push_back(std::move(workspace));
      return;
    }
  }
  workspace->Trim(kKeptCold);
  const std::lock_guard lock(mutex_);
  cold_.push_back(std::move(workspace));
}

}  // namespace plumbline
