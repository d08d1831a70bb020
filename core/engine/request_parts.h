// RequestParts: a request that needs more memory at once than pairs may take
// (join.memory_bytes), in parts that follow each other as commit groups.
//
// Whether there is room under the bound of all that is remembered is decided
// with the first part, for the predictions of all of them.

#pragma once

#include <cstddef>

#include "core/event/command.h"
#include "core/join/batch_outcome.h"

namespace plumbline {

class RequestParts {
 public:
  // `outcome` is that of the whole. Both must outlive this.
  RequestParts(const EventBatch* batch, BatchOutcome* outcome);

  bool done() const { return begin_ == batch_.events.size(); }
  bool is_first() const { return begin_ == 0; }
  // The part that is next, and where its outcome goes. REQUIRES: not done.
  const Command& Next(BatchOutcome* outcome);
  // It was too much: the next is smaller.
  void Halve() { size_ = size_ < 2 ? 1 : size_ / 2; }
  // It was applied.
  void Add(const BatchOutcome& outcome);

 private:
  size_t end() const;
  void AddAccount();

  const EventBatch& batch_;
  BatchOutcome& outcome_;
  EventCopier copier_;
  Command command_;  // the part
  Account account_;  // of it, where one is wanted
  size_t begin_ = 0;
  size_t size_;
};

}  // namespace plumbline
