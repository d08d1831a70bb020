// AcceptQueue: connections that wait for a thread.
//
// civetweb gives a connection a thread before the first byte of a request has
// arrived, so idle and slow clients could hold every thread. Here a connection
// waits without a thread until the head of its first request has arrived. When
// threads are short, complete requests go first: they need no wait for their
// clients. Connections that keep their thread waiting are cut.
//
// civetweb polls its listening socket and accepts on it. The queue's epoll
// descriptor replaces that socket: it is readable when there is work, and
// accept() does the work (accept_hook.h).
//
// At most Options::most_waiting connections wait. Each takes a Waiting here;
// the bytes it has sent stay in the kernel.

#pragma once

#include <netinet/in.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/http/connections.h"
#include "daemon/http/message.h"

namespace plumbline {

class AcceptQueue {
 public:
  struct Options {
    std::vector<int> listeners;  // listening sockets; closed with the queue
    int64_t threads;
    size_t most_waiting = 4096;
    bool encrypted = false;  // requests cannot be inspected
    // Called for each connection that the queue answers, with its age.
    std::function<void(const Refusal&, double seconds)> on_refused;
  };

  // A head that takes longer is answered with 408.
  static constexpr Milliseconds kHeadTimeout{10'000};

  AcceptQueue(Options options, Connections* connections);
  ~AcceptQueue();
  AcceptQueue(const AcceptQueue&) = delete;
  AcceptQueue& operator=(const AcceptQueue&) = delete;

  // Readable when Accept() has something to do.
  int fd() const { return epoll_; }

  // Does the pending work without blocking. Returns the next connection to
  // serve, or -1.
  int Accept(sockaddr_in* peer);

  // [Any thread] Tells the queue that a thread has become free.
  void ThreadFreed();
  // [Any thread] True if a connection waits and no thread is free.
  bool crowded() const { return crowded_.load(); }
  // [Any thread] Closes the listeners and all waiting connections. A client
  // that has sent the head of a request gets a 503 (Stopping()), unless the
  // connection is encrypted.
  void Stop();

 private:
  enum class State : uint8_t { kHead, kPartial, kWhole };
  struct Waiting {
    int fd;
    sockaddr_in peer;
    SteadyTime accepted;
    State state = State::kHead;
    SteadyTime ready{};    // when the head arrived
    bool watched = false;  // registered with epoll_
  };
  using Place = std::list<Waiting>::iterator;

  void Watch(int fd, uint32_t events);
  void Gather(SteadyTime now);
  void AcceptAll(int listener, SteadyTime now);
  void Admit(int fd, const sockaddr_in& peer, SteadyTime now);
  // Inspects the bytes that have arrived, and moves the connection to the list
  // of its state. `ended`: the client sends no more. False if the connection
  // was dropped.
  bool Look(Place place, bool ended, SteadyTime now);
  State StateOf(int fd, size_t seen) const;
  void Move(Place place, State state, SteadyTime now);
  void Drop(Place place);
  void Refuse(Place place, const Refusal& refusal, SteadyTime now);
  void EndOverdue(SteadyTime now);
  void MakeWay(SteadyTime now);
  int Next(sockaddr_in* peer);
  int GiveOut(Place place, sockaddr_in* peer);
  void EndStep(bool gave);

  const Options options_;
  Connections* const connections_;
  const int epoll_;
  const int wake_;   // an eventfd
  const int timer_;  // a timerfd

  std::mutex mutex_;
  bool stopped_ = false;  // this and what follows: guarded by mutex_
  // One list for each state, the oldest first.
  std::array<std::list<Waiting>, 3> waiting_;
  std::unordered_map<int, Place> places_;
  bool fast_ = false;              // whether the timer is
  std::array<char, 16384> first_;  // bytes of a request
  std::atomic<size_t> ready_{0};   // connections with a head
  std::atomic<bool> crowded_{false};
};

}  // namespace plumbline
