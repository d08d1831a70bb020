// WholeAnswers: bounds the memory of answers that are built in memory (the API
// and the status page).
//
// Building one takes memory and time, and a slow reader keeps its body. So few
// are built at once, few wait for their turn (each holds a thread), and unread
// bodies share a limit. Requests beyond these limits get 503.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "daemon/http/message.h"

namespace plumbline {

// [Any thread]
class WholeAnswers {
 public:
  struct Limits {
    int at_once = 2;
    int waiting = 8;
    // Of unread bodies together; a larger body is accepted if it is alone.
    uint64_t bytes = uint64_t{64} << 20;
  };

  WholeAnswers() : WholeAnswers(Limits()) {}
  explicit WholeAnswers(const Limits& limits) : limits_(limits) {}

  // The answer of `make`, or 503. REQUIRES: the answer is destroyed before
  // this.
  HttpResponse Answer(const std::function<HttpResponse()>& make);

 private:
  struct Held;
  class Turn;

  // Counts the body of `response` until it is destroyed.
  HttpResponse Hold(HttpResponse response);

  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable freed_;
  int made_ = 0;        // being built; this and what follows: under mutex_
  int waiting_ = 0;     // for their turn
  uint64_t bytes_ = 0;  // of bodies
};

}  // namespace plumbline
