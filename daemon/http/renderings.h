// Renderings: a page that is costly to make is made once for all who asked in
// time, and lies in memory once for all who read it.
//
// One rendering is made at a time. Who asks gets one that begins after he has
// asked: the first that begins so, together with all who want the same. So what
// it shows lies after everything that was answered before he asked.
//
// Two renderings are kept, each while somebody reads it. A reader who is still
// at the one before them is cut, so that clients who do not read cost no more
// memory than these two and the one that is being made.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/gzip/gzip_parts.h"

namespace plumbline {

// [Any thread] A page, packed. Its bytes are copied out piece by piece, so that
// a reader who waits for his client does not hold them.
class Rendering {
 public:
  explicit Rendering(PackedText page);

  // Also once it is cut.
  size_t packed_size() const { return packed_size_; }
  uint64_t text_size() const { return text_size_; }

  // Copies at most `most` bytes that follow `begin`; returns how many. 0 at the
  // end, and once it is cut.
  size_t Read(size_t begin, size_t most, char* to) const;

  // Whoever reads it gets no more.
  void Cut();
  bool is_cut() const;

  // A reader got on.
  void NoteProgress() const;
  std::chrono::steady_clock::time_point last_progress() const;

 private:
  const size_t packed_size_;
  const uint64_t text_size_;
  mutable std::atomic<std::chrono::steady_clock::rep> last_progress_;
  mutable std::mutex mutex_;
  std::string gzip_;  // guarded by mutex_; empty once cut
};

// [Any thread]
class Renderings {
 public:
  using Milliseconds = std::chrono::milliseconds;
  struct Options {
    // Who asks waits at most as long.
    Milliseconds longest_wait{60'000};
    // Before readers are cut, they get time to finish: as long as one of them
    // got on within `stalled`, and at most `patience`.
    Milliseconds stalled{50};
    Milliseconds patience{300};
  };

  Renderings() : Renderings(Options()) {}
  explicit Renderings(const Options& options) : options_(options) {}

  // `key` says what is wanted: those with the same share. Null after the
  // longest wait. What `make` throws is thrown to all who share.
  std::shared_ptr<const Rendering> Get(const std::string& key,
                                       const std::function<PackedText()>& make);

  // How many wait for one now.
  size_t waiting() const;

 private:
  // One that has not begun, or that some of its waiters have not picked up.
  struct Asked {
    std::string key;
    size_t waiting = 0;
    bool done = false;
    std::shared_ptr<Rendering> made;
    std::exception_ptr failed;
  };
  using Lock = std::unique_lock<std::mutex>;
  using Time = std::chrono::steady_clock::time_point;

  std::shared_ptr<Asked> Join(const std::string& key);
  void Leave(const std::shared_ptr<Asked>& asked);
  void Make(const std::shared_ptr<Asked>& asked,
            const std::function<PackedText()>& make, Lock* lock);
  void WaitForReaders(Lock* lock);
  void Keep(const std::shared_ptr<Rendering>& made);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // What follows is guarded by mutex_.
  bool making_ = false;
  size_t waiting_ = 0;
  std::deque<std::shared_ptr<Asked>> queue_;  // not begun, the next one first
  std::weak_ptr<Rendering> last_;
  std::weak_ptr<Rendering> before_last_;
};

}  // namespace plumbline
