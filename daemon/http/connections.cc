#include "daemon/http/connections.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace plumbline {
void Connection::Begin(Wait wait, SteadyTime now, Milliseconds allowed) {
  const std::lock_guard lock(mutex_);
  wait_ = wait;
  since_ = last_moved_ = now;
  deadline_ = now + allowed;
  moved_ = 0;
}

void Connection::End() {
  const std::lock_guard lock(mutex_);
  wait_ = Wait::kNothing;
  deadline_ = SteadyTime::max();
}

void Connection::Moved(size_t bytes, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  moved_ += bytes;
  last_moved_ = now;
}

Connection::Cut Connection::cut() const {
  const std::lock_guard lock(mutex_);
  return cut_;
}

Milliseconds Connection::Lateness(SteadyTime now) const {
  const auto in_ms = [](SteadyTime::duration time) {
    return std::chrono::duration_cast<Milliseconds>(time);
  };
  int held = 0;
  if (wait_ == Wait::kReader) ioctl(fd_, SIOCOUTQ, &held);
  const uint64_t moved = moved_ - std::min<uint64_t>(moved_, held);
  const Milliseconds credit(moved / kBytesPerMs);
  return std::max(in_ms(now - since_) - credit, in_ms(now - last_moved_));
}

// A cut from reading keeps what has arrived: the request can still be answered.
// An answer that the client does not read is abandoned.
void Connection::CutOff(Cut why) {
  cut_ = why;
  ended_ = wait_ == Wait::kReader;
  shutdown(fd_, ended_ ? SHUT_RDWR : SHUT_RD);
}

bool Connection::CanBeCut() const {
  if (wait_ == Wait::kReader) return !ended_;
  return wait_ != Wait::kNothing && cut_ == Cut::kNot;
}

void Connections::Add(int fd, const sockaddr_in& peer, SteadyTime accepted) {
  const std::lock_guard lock(mutex_);
  open_.erase(fd);
  open_.try_emplace(fd, fd, peer, accepted);
}

Connection* Connections::Find(int fd, const std::string& address,
                              uint16_t port) {
  const std::lock_guard lock(mutex_);
  if (const auto found = open_.find(fd); found != open_.end()) {
    return &found->second;
  }
  in_addr parsed{};
  inet_pton(AF_INET, address.c_str(), &parsed);
  for (auto& [key, connection] : open_) {
    if (connection.peer_.sin_addr.s_addr == parsed.s_addr &&
        connection.peer_.sin_port == htons(port)) {
      return &connection;
    }
  }
  return nullptr;
}

void Connections::Close(Connection* connection) {
  const std::lock_guard lock(mutex_);
  open_.erase(connection->fd_);
}

void Connections::CloseGone() {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [](const auto& entry) {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (getpeername(entry.first, reinterpret_cast<sockaddr*>(&peer), &size) !=
        0) {
      return errno == EBADF || errno == ENOTSOCK;
    }
    const sockaddr_in& its = entry.second.peer_;
    return peer.sin_addr.s_addr != its.sin_addr.s_addr ||
           peer.sin_port != its.sin_port;
  });
}

int64_t Connections::count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(open_.size());
}

void Connections::CutOverdue(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, connection] : open_) {
    const std::lock_guard its(connection.mutex_);
    if (connection.CanBeCut() && now >= connection.deadline_) {
      connection.CutOff(Connection::Cut::kDeadline);
    }
  }
}

void Connections::GiveWay(size_t most, Milliseconds grace, SteadyTime now) {
  using Late = std::pair<std::pair<bool, Milliseconds>, Connection*>;
  std::vector<Late> late;
  const std::lock_guard lock(mutex_);
  for (auto& [key, connection] : open_) {
    const std::lock_guard its(connection.mutex_);
    if (!connection.CanBeCut()) {
      if (connection.wait_ != Connection::Wait::kNothing && most > 0) --most;
      continue;
    }
    const bool idle = connection.wait_ == Connection::Wait::kRequest;
    const Milliseconds lateness = connection.Lateness(now);
    if (lateness > grace) late.push_back({{idle, lateness}, &connection});
  }
  std::sort(late.begin(), late.end(),
            [](const Late& a, const Late& b) { return a.first > b.first; });
  if (late.size() > most) late.resize(most);
  for (const Late& one : late) {
    const std::lock_guard its(one.second->mutex_);
    // Its request may have arrived meanwhile.
    if (!one.second->CanBeCut()) continue;
    one.second->CutOff(Connection::Cut::kGaveWay);
  }
}

void Connections::StopReading() {
  const std::lock_guard lock(mutex_);
  for (auto& [key, connection] : open_) shutdown(connection.fd_, SHUT_RD);
}

}  // namespace plumbline
