// WholeAnswers: bounds the memory of answers that are made as a whole, those of
// the API and of the status page.
//
// Making one takes memory and time, and who does not read keeps its body. So
// few are made at once and few wait for their turn, as each of these holds a
// thread; and bodies that are not taken yet have a limit together. Who comes
// beyond is told to come again.

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
    // Of bodies; a larger one is taken where it is alone.
    uint64_t bytes = uint64_t{64} << 20;
  };

  WholeAnswers() : WholeAnswers(Limits()) {}
  explicit WholeAnswers(const Limits& limits) : limits_(limits) {}

  // What `make` returns, or 503. It must go before this does.
  HttpResponse Answer(const std::function<HttpResponse()>& make);

 private:
  struct Held;
  class Turn;

  // Has its body counted for as long as it is there.
  HttpResponse Hold(HttpResponse response);

  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable freed_;
  int made_ = 0;        // at the moment; this and what follows: under mutex_
  int waiting_ = 0;     // for their turn
  uint64_t bytes_ = 0;  // of bodies
};

}  // namespace plumbline
