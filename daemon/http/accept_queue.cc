#include "daemon/http/accept_queue.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include "daemon/http/request_head.h"
#include "daemon/http/response_text.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostEvents = 64;    // per step
constexpr int kMostAccepted = 64;  // per step
constexpr int kMostDrained = 64;   // reads from a refused connection

// Periods of the timer: the fast one while connections wait for a thread.
constexpr long kSlowMs = 100;
constexpr long kFastMs = 10;

// In a burst of requests, waits up to this are ordinary.
constexpr Milliseconds kOrdinaryWait{20};
// Every waiting connection should get a thread within this time, so the grace
// of slow connections shrinks as more connections wait.
constexpr Milliseconds kTurn{300};
constexpr Milliseconds kLeastGrace{10};

// Threads reserved for complete requests.
int64_t ReserveOf(int64_t threads) { return threads / 8; }

void SetTimer(int timer, long interval_ms) {
  itimerspec spec{};
  spec.it_interval.tv_nsec = spec.it_value.tv_nsec = interval_ms * 1'000'000;
  timerfd_settime(timer, 0, &spec, nullptr);
}

void Empty(int fd) {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = read(fd, &count, sizeof(count));
}

}  // namespace

AcceptQueue::AcceptQueue(Options options, Connections* connections)
    : options_(std::move(options)),
      connections_(connections),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  for (const int listener : options_.listeners) Watch(listener, EPOLLIN);
  Watch(wake_, EPOLLIN);
  Watch(timer_, EPOLLIN);
  SetTimer(timer_, kSlowMs);
}

AcceptQueue::~AcceptQueue() {
  Stop();
  close(timer_);
  close(wake_);
  close(epoll_);
}

void AcceptQueue::Watch(int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

int AcceptQueue::Accept(sockaddr_in* peer) {
  const SteadyTime now = Clock::now();
  const std::lock_guard lock(mutex_);
  if (stopped_) return -1;
  Gather(now);
  const int fd = Next(peer);
  EndStep(fd >= 0);
  return fd;
}

void AcceptQueue::Gather(SteadyTime now) {
  epoll_event events[kMostEvents];
  const int count = epoll_wait(epoll_, events, kMostEvents, 0);
  for (int i = 0; i < count; ++i) {
    const int fd = events[i].data.fd;
    if (fd == wake_) {
      Empty(wake_);
    } else if (fd == timer_) {
      Empty(timer_);
      connections_->CutOverdue(now);
      EndOverdue(now);
      MakeWay(now);
    } else if (const auto it = places_.find(fd); it != places_.end()) {
      Look(it->second, (events[i].events & EPOLLRDHUP) != 0, now);
    } else {
      AcceptAll(fd, now);
    }
  }
}

void AcceptQueue::AcceptAll(int listener, SteadyTime now) {
  for (int i = 0; i < kMostAccepted; ++i) {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    const int fd = accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && errno != EAGAIN) {
      // Without descriptors the listener stays readable: no busy wait.
      std::this_thread::sleep_for(Milliseconds(1));
    }
    if (fd < 0) return;
    Admit(fd, peer, now);
  }
}

void AcceptQueue::Admit(int fd, const sockaddr_in& peer, SteadyTime now) {
  auto& heads = waiting_[static_cast<size_t>(State::kHead)];
  const Place place =
      heads.insert(heads.end(), {.fd = fd, .peer = peer, .accepted = now});
  places_[fd] = place;
  if (places_.size() > options_.most_waiting) {
    // The connection that has waited longest without a request is dropped.
    if (heads.size() > 1) {
      Drop(heads.begin());
    } else {
      Refuse(place, {503, "overloaded", "too many connections wait"}, now);
      return;
    }
  }
  if (!Look(place, false, now) || place->state == State::kWhole) return;
  place->watched = true;
  Watch(fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

bool AcceptQueue::Look(Place place, bool ended, SteadyTime now) {
  const ssize_t n =
      recv(place->fd, first_.data(), first_.size(), MSG_PEEK | MSG_DONTWAIT);
  if (n == 0 || (n < 0 && errno != EAGAIN)) {
    Drop(place);
    return false;
  }
  if (n > 0) {
    const State state = StateOf(place->fd, static_cast<size_t>(n));
    Move(place, ended ? State::kWhole : state, now);
  }
  return true;
}

AcceptQueue::State AcceptQueue::StateOf(int fd, size_t seen) const {
  if (options_.encrypted) return State::kWhole;
  const bool full = seen == first_.size();
  int arrived = static_cast<int>(seen);
  if (full) ioctl(fd, FIONREAD, &arrived);
  const Arrival arrival =
      ArrivalOf({first_.data(), seen},
                std::max(seen, static_cast<size_t>(std::max(arrived, 0))));
  if (arrival.whole) return State::kWhole;
  // A head that does not fit gets a thread: the server refuses it for its size.
  return arrival.head || full ? State::kPartial : State::kHead;
}

void AcceptQueue::Move(Place place, State state, SteadyTime now) {
  if (state <= place->state) return;
  if (place->state == State::kHead) {
    place->ready = now;
    ++ready_;
  }
  auto& from = waiting_[static_cast<size_t>(place->state)];
  auto& to = waiting_[static_cast<size_t>(state)];
  place->state = state;
  to.splice(to.end(), from, place);
}

void AcceptQueue::Drop(Place place) {
  if (place->state != State::kHead) --ready_;
  places_.erase(place->fd);
  close(place->fd);
  waiting_[static_cast<size_t>(place->state)].erase(place);
}

void AcceptQueue::Refuse(Place place, const Refusal& refusal, SteadyTime now) {
  if (!options_.encrypted) {
    const HttpResponse response = ErrorResponse(refusal);
    const std::string text = HeadText(response, false) + response.body;
    send(place->fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(place->fd, SHUT_WR);
    // Closing a socket with unread bytes would discard the answer.
    for (int i = 0; i < kMostDrained; ++i) {
      if (recv(place->fd, first_.data(), first_.size(), MSG_DONTWAIT) <= 0) {
        break;
      }
    }
  }
  options_.on_refused(
      refusal, std::chrono::duration<double>(now - place->accepted).count());
  Drop(place);
}

void AcceptQueue::EndOverdue(SteadyTime now) {
  auto& heads = waiting_[static_cast<size_t>(State::kHead)];
  while (!heads.empty() && now - heads.front().accepted >= kHeadTimeout) {
    const Place place = heads.begin();
    char byte = 0;
    if (recv(place->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) {
      Refuse(place, {408, "too_slow", "the headers took too long"}, now);
    } else {
      Drop(place);  // sent nothing
    }
  }
}

void AcceptQueue::MakeWay(SteadyTime now) {
  const auto& partial = waiting_[static_cast<size_t>(State::kPartial)];
  const auto& whole = waiting_[static_cast<size_t>(State::kWhole)];
  // While threads are free, the last of a burst wait only for their turn.
  const int64_t free = options_.threads - connections_->count();
  if (free > (partial.empty() ? 0 : ReserveOf(options_.threads))) return;
  SteadyTime oldest = SteadyTime::max();
  if (!partial.empty()) oldest = std::min(oldest, partial.front().ready);
  if (!whole.empty()) oldest = std::min(oldest, whole.front().ready);
  if (oldest == SteadyTime::max() || now - oldest < kOrdinaryWait) return;
  const auto waiting = static_cast<int64_t>(ready_.load());
  const Milliseconds grace =
      std::clamp(kTurn * options_.threads / waiting, kLeastGrace, kTurn);
  connections_->GiveWay(static_cast<size_t>(waiting), grace, now);
}

int AcceptQueue::Next(sockaddr_in* peer) {
  auto& partial = waiting_[static_cast<size_t>(State::kPartial)];
  auto& whole = waiting_[static_cast<size_t>(State::kWhole)];
  if (partial.empty() && whole.empty()) return -1;
  const int64_t free = options_.threads - connections_->count();
  if (free <= 0) return -1;
  if (!whole.empty()) return GiveOut(whole.begin(), peer);
  if (free <= ReserveOf(options_.threads)) return -1;
  return GiveOut(partial.begin(), peer);
}

int AcceptQueue::GiveOut(Place place, sockaddr_in* peer) {
  const int fd = place->fd;
  if (place->watched) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  connections_->Add(fd, place->peer, place->accepted);
  *peer = place->peer;
  --ready_;
  places_.erase(fd);
  waiting_[static_cast<size_t>(place->state)].erase(place);
  return fd;
}

// After a connection was returned, wakes civetweb at once: another may follow.
void AcceptQueue::EndStep(bool gave) {
  const bool fast = ready_.load() > 0;
  crowded_.store(fast && !gave);
  if (fast != fast_) {
    fast_ = fast;
    SetTimer(timer_, fast ? kFastMs : kSlowMs);
  }
  if (gave) ThreadFreed();
}

void AcceptQueue::ThreadFreed() {
  if (ready_.load() == 0) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = write(wake_, &one, sizeof(one));
}

void AcceptQueue::Stop() {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  stopped_ = true;
  const SteadyTime now = Clock::now();
  for (const int listener : options_.listeners) {
    AcceptAll(listener, now);
    close(listener);
  }
  while (!places_.empty()) {
    const Place place = places_.begin()->second;
    if (place->state == State::kHead) {
      Drop(place);
    } else {
      Refuse(place, Stopping(), now);
    }
  }
}

}  // namespace plumbline
