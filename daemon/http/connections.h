// Connections: what each connection that has a thread is waiting for, so that
// the slowest gives way when others wait for a thread.
//
// civetweb serves a connection with a thread, and waits for each piece of a
// body, and for each piece of an answer to be taken, anew. A client that sends
// or reads a byte now and then would hold its thread for ever. Each wait has a
// deadline here; and a rate that any honest client keeps, against which the
// slowest are told.

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

// A connection that has a thread. Its thread writes; others look at it.
// [Any thread]
class Connection {
 public:
  enum class Wait {
    kRequest,  // the next one
    kBody,
    kReader,  // to take the answer
    kNothing  // it is being worked on
  };
  // Why the connection was shut down.
  enum class Cut { kNot, kDeadline, kGaveWay };

  // What a client is expected to send or to take.
  static constexpr size_t kBytesPerMs = 128;
  // What it is given for so many bytes: a start, and that rate.
  static constexpr Milliseconds Allowed(size_t bytes) {
    return Milliseconds(10'000 + bytes / kBytesPerMs);
  }

  Connection(int fd, const sockaddr_in& peer, SteadyTime accepted)
      : fd_(fd),
        peer_(peer),
        accepted_(accepted),
        since_(accepted),
        last_moved_(accepted) {}

  // Waits from `now` on; cut after `allowed`.
  void Begin(Wait wait, SteadyTime now, Milliseconds allowed);
  // The wait is over for the moment: nothing depends on the client.
  void End();
  // `bytes` came, or went out.
  void Moved(size_t bytes, SteadyTime now);
  Cut cut() const;
  // When it came to this process.
  SteadyTime accepted() const { return accepted_; }

 private:
  friend class Connections;

  // How much longer than an honest client it takes, or for how long nothing has
  // moved, if that is more. What the kernel holds for a reader has not moved
  // him.
  Milliseconds Lateness(SteadyTime now) const;
  // False where nothing is waited for, or it is cut. Who was cut while idle can
  // have sent a request, and is waited for to take the answer.
  bool CanBeCut() const;
  void CutOff(Cut why);

  const int fd_;
  const sockaddr_in peer_;
  const SteadyTime accepted_;
  mutable std::mutex mutex_;
  Wait wait_ = Wait::kRequest;  // this and what follows: guarded by mutex_
  SteadyTime since_;
  SteadyTime deadline_ = SteadyTime::max();
  uint64_t moved_ = 0;  // bytes, since since_
  SteadyTime last_moved_;
  Cut cut_ = Cut::kNot;  // nothing more is read
  bool ended_ = false;   // nor written
};

// [Any thread]
class Connections {
 public:
  // `fd`, from `peer`, is about to get a thread.
  void Add(int fd, const sockaddr_in& peer, SteadyTime accepted);
  // That of `fd`, or where this is -1, one from `address`:`port`. Valid until
  // Close(); nullptr if there is none.
  Connection* Find(int fd, const std::string& address, uint16_t port);
  // Before its descriptor is closed.
  void Close(Connection* connection);
  // Those whose descriptor is closed already, or another's.
  void CloseGone();

  int64_t count() const;
  // Cuts those whose deadline has passed.
  void CutOverdue(SteadyTime now);
  // Has at most `most` be cut, those of before included: of those that are
  // later than `grace`, idle ones first, then the latest.
  void GiveWay(size_t most, Milliseconds grace, SteadyTime now);
  // No more is read from any of them.
  void StopReading();

 private:
  // By descriptor. While a connection is listed its descriptor is open, so that
  // it cannot be another's.
  mutable std::mutex mutex_;
  std::unordered_map<int, Connection> open_;  // guarded by mutex_
};

}  // namespace plumbline
