// AcceptQueue: the connections of a listener that wait for a thread.
//
// civetweb gives a thread to a connection before the first byte of a request is
// there, so those who send nothing, or a byte now and then, would hold every
// thread. Here a connection waits without one until the head of its first
// request has come. Where threads are short, those go first whose request has
// come as a whole: it can be answered without waiting for its client. And those
// that have a thread, but keep it waiting, give way.
//
// civetweb polls and accepts on its listening socket. The queue takes its
// place: its epoll descriptor is readable when there is something to do, and
// accept() does it (accept_hook.h).
//
// Bounded: Options::most_waiting connections, of which this process keeps what
// Waiting says; what they have sent stays in the kernel.

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
    std::vector<int> listeners;  // sockets that listen; closed with the queue
    int64_t threads;
    size_t most_waiting = 4096;
    bool encrypted = false;  // the requests cannot be looked into
    // Told of each connection that is answered here, and how long it was there.
    std::function<void(const Refusal&, double seconds)> on_refused;
  };

  // A head that takes longer is answered 408.
  static constexpr Milliseconds kHeadTimeout{10'000};

  AcceptQueue(Options options, Connections* connections);
  ~AcceptQueue();
  AcceptQueue(const AcceptQueue&) = delete;
  AcceptQueue& operator=(const AcceptQueue&) = delete;

  // Readable when Accept() has something to do.
  int fd() const { return epoll_; }

  // Does what is to be done now, without waiting, and gives a connection out
  // whose turn it is; -1 if there is none.
  int Accept(sockaddr_in* peer);

  // [Any thread] A thread has become free.
  void ThreadFreed();
  // [Any thread] True if a connection waits for a thread, and there is none.
  bool crowded() const { return crowded_.load(); }
  // [Any thread] Closes the listeners, and all that wait. Who has sent the head
  // of a request is told to come again, unless the connection is encrypted.
  void Stop();

 private:
  enum class State : uint8_t { kHead, kPartial, kWhole };
  struct Waiting {
    int fd;
    sockaddr_in peer;
    SteadyTime accepted;
    State state = State::kHead;
    SteadyTime ready{};    // since when the head is there
    bool watched = false;  // by epoll_
  };
  using Place = std::list<Waiting>::iterator;

  void Watch(int fd, uint32_t events);
  void Gather(SteadyTime now);
  void AcceptAll(int listener, SteadyTime now);
  void Admit(int fd, const sockaddr_in& peer, SteadyTime now);
  // Looks at what it has sent, and moves it to the list of its state; nothing
  // more comes of one that is `ended`. False if it is gone.
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
  // By state, the oldest first.
  std::array<std::list<Waiting>, 3> waiting_;
  std::unordered_map<int, Place> places_;
  bool fast_ = false;              // the timer's pace
  std::array<char, 16384> first_;  // bytes of a request
  std::atomic<size_t> ready_{0};   // waiting that have a head
  std::atomic<bool> crowded_{false};
};

}  // namespace plumbline
