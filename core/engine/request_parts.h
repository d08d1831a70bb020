// RequestParts: splits a request that needs more memory at once than pairs may
// take (join.memory_bytes). Its parts are consecutive commit groups.
//
// The first part decides whether all parts fit under the limit on remembered
// records.

#pragma once

#include <cstddef>

#include "core/event/command.h"
#include "core/join/batch_outcome.h"

namespace plumbline {

class RequestParts {
 public:
  // `outcome` is for the whole request. Both must outlive this object.
  RequestParts(const EventBatch* batch, BatchOutcome* outcome);

  bool done() const { return begin_ == batch_.events.size(); }
  bool is_first() const { return begin_ == 0; }
  // The next part. Sets `outcome` up for it. REQUIRES: !done().
  const Command& Next(BatchOutcome* outcome);
  // Call if the part was too large: the next one is smaller.
  void Halve() { size_ = size_ < 2 ? 1 : size_ / 2; }
  // Call after the part was applied.
  void Add(const BatchOutcome& outcome);

 private:
  size_t end() const;
  void AddReport();

  const EventBatch& batch_;
  BatchOutcome& outcome_;
  EventCopier copier_;
  Command command_;     // the current part
  BatchReport report_;  // of the current part, if one is wanted
  size_t begin_ = 0;
  size_t size_;
};

}  // namespace plumbline
