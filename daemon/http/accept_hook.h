// Makes civetweb take its connections from an AcceptQueue.

#pragma once

#include "daemon/http/accept_queue.h"

namespace plumbline {

// While a hook lives, accept() on the descriptor `listener` asks `queue`.
class AcceptHook {
 public:
  // Replaces `listener`: it becomes readable when `queue` is.
  AcceptHook(int listener, AcceptQueue* queue);
  ~AcceptHook();
  AcceptHook(const AcceptHook&) = delete;
  AcceptHook& operator=(const AcceptHook&) = delete;

 private:
  const int listener_;
};

}  // namespace plumbline
