// Renderings: a costly page is rendered once for all concurrent requests, and
// all its readers share one copy in memory.
//
// One rendering is made at a time. A request gets the first rendering that
// begins after it arrived, shared by all requests with the same key. So the
// page shows everything that was answered before the request.
//
// At most two finished renderings are kept, each while it has readers. Readers
// of an older one are cut, so slow clients cost at most the memory of these two
// and of the one that is being made.

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

// [Any thread] A compressed page. Readers copy it piece by piece, so a reader
// that waits for its client does not keep the page alive.
class Rendering {
 public:
  explicit Rendering(PackedText page);

  // Valid after Cut(), too.
  size_t packed_size() const { return packed_size_; }
  uint64_t text_size() const { return text_size_; }

  // Copies up to `most` bytes from offset `begin`; returns their number. 0 at
  // the end, and after Cut().
  size_t Read(size_t begin, size_t most, char* to) const;

  // Frees the page: readers get no more.
  void Cut();
  bool is_cut() const;

  // Notes that a reader made progress.
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
    // Of a request for its rendering.
    Milliseconds longest_wait{60'000};
    // Before readers are cut, they get time to finish: while one of them made
    // progress within `stalled`, and at most `patience`.
    Milliseconds stalled{50};
    Milliseconds patience{300};
  };

  Renderings() : Renderings(Options()) {}
  explicit Renderings(const Options& options) : options_(options) {}

  // Requests with the same `key` share a rendering. Null after the longest
  // wait. An exception of `make` is thrown to all that share.
  std::shared_ptr<const Rendering> Get(const std::string& key,
                                       const std::function<PackedText()>& make);

  // The number of requests that wait.
  size_t waiting() const;

 private:
  // A rendering that has not begun, or that some waiters have not picked up.
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
  std::deque<std::shared_ptr<Asked>> queue_;  // not begun, in order
  std::weak_ptr<Rendering> last_;
  std::weak_ptr<Rendering> before_last_;
};

}  // namespace plumbline
