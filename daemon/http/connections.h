// Connections: tracks the waits of each connection that has a thread, so that
// the slowest are cut when others wait for a thread.
//
// civetweb serves each connection with a thread, and restarts its timeout with
// each piece of a body or an answer. A client that sends or reads a byte now
// and then would hold its thread forever. Here each wait has a deadline, and an
// expected rate by which the slowest are found.

#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace plumbline {

using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// [Any thread] A connection that has a thread. That thread updates it; others
// read it and may cut it.
class Connection {
 public:
  enum class Wait {
    kRequest,  // for the next request
    kBody,     // for the rest of a body
    kReader,   // for the client to read the answer
    kNothing   // the server works on the request
  };
  // Why the connection was shut down.
  enum class Cut { kNot, kDeadline, kGaveWay };

  // The rate that a client is expected to keep.
  static constexpr size_t kBytesPerMs = 128;
  // The time allowed for `bytes`: 10 s, and more at that rate.
  static constexpr Milliseconds Allowed(size_t bytes) {
    return Milliseconds(10'000 + bytes / kBytesPerMs);
  }

  Connection(int fd, const sockaddr_in& peer, SteadyTime accepted)
      : fd_(fd),
        peer_(peer),
        accepted_(accepted),
        since_(accepted),
        last_moved_(accepted) {}

  // A wait begins; its deadline is `allowed` after `now`.
  void Begin(Wait wait, SteadyTime now, Milliseconds allowed);
  // The wait is over: the server does not depend on the client.
  void End();
  // `bytes` were received or sent.
  void Moved(size_t bytes, SteadyTime now);
  Cut cut() const;
  // When this process accepted it.
  SteadyTime accepted() const { return accepted_; }

 private:
  friend class Connections;

  // The larger of the time behind the expected rate and the time since the last
  // progress. Bytes that still lie in the kernel's send queue do not count.
  Milliseconds Lateness(SteadyTime now) const;
  // False if no wait runs, or the connection is cut already. One that was cut
  // from reading can still be cut while its client reads an answer: its last
  // request may have arrived before the cut.
  bool CanBeCut() const;
  void CutOff(Cut why);

  const int fd_;
  const sockaddr_in peer_;
  const SteadyTime accepted_;
  mutable std::mutex mutex_;
  Wait wait_ = Wait::kRequest;  // this and what follows: guarded by mutex_
  SteadyTime since_;
  SteadyTime deadline_ = SteadyTime::max();
  uint64_t moved_ = 0;  // bytes since since_
  SteadyTime last_moved_;
  Cut cut_ = Cut::kNot;  // reading has ended
  bool ended_ = false;   // writing has ended, too
};

// [Any thread]
class Connections {
 public:
  // Adds `fd`, from `peer`, which is about to get a thread.
  void Add(int fd, const sockaddr_in& peer, SteadyTime accepted);
  // The connection of `fd`, else one from `address`:`port`; nullptr if there is
  // none. Valid until Close().
  Connection* Find(int fd, const std::string& address, uint16_t port);
  // Forgets it. REQUIRES: its descriptor is still open.
  void Close(Connection* connection);
  // Forgets connections whose descriptor is closed or reused.
  void CloseGone();

  int64_t count() const;
  // Cuts connections whose deadline has passed.
  void CutOverdue(SteadyTime now);
  // Cuts connections whose lateness exceeds `grace`, idle ones first, then the
  // latest. At most `most`, including those that were cut before.
  void GiveWay(size_t most, Milliseconds grace, SteadyTime now);
  // Ends reading on all connections.
  void StopReading();

 private:
  // By descriptor. A listed connection's descriptor is open, so it cannot have
  // been reused.
  mutable std::mutex mutex_;
  std::unordered_map<int, Connection> open_;  // guarded by mutex_
};

}  // namespace plumbline
