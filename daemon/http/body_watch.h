// BodyWatch: ends bodies that come too slowly.
//
// A read in civetweb waits for each piece anew, so a client that sends a byte
// now and then holds its thread for ever. The watch shuts the reading side of
// such a connection down; the read then returns, and the handler can answer.

#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <mutex>
#include <thread>

struct mg_request_info;

namespace plumbline {

class BodyWatch {
 public:
  BodyWatch();
  ~BodyWatch();

  // While it lives, the connection of `info` has until the deadline.
  class Deadline {
   public:
    Deadline(BodyWatch* watch, const mg_request_info* info,
             std::chrono::milliseconds allowed);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    bool passed() const;

   private:
    friend class BodyWatch;
    BodyWatch* const watch_;
    const mg_request_info* const info_;
    const std::chrono::steady_clock::time_point end_;
    bool shut_ = false;  // guarded by watch_->mutex_
    std::list<Deadline*>::iterator place_;
  };

 private:
  void Run();

  // While a deadline is listed its connection is open, so its descriptor
  // cannot be taken for another's.
  std::mutex mutex_;
  std::list<Deadline*> deadlines_;  // guarded by mutex_
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace plumbline
