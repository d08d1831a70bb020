#include "daemon/http/body_watch.h"

#include <civetweb.h>

#include "daemon/http/sockets.h"

namespace plumbline {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);

}  // namespace

BodyWatch::BodyWatch() : thread_([this] { Run(); }) {}

BodyWatch::~BodyWatch() {
  stop_.store(true);
  thread_.join();
}

void BodyWatch::Run() {
  while (!stop_.load()) {
    std::this_thread::sleep_for(kInterval);
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (Deadline* deadline : deadlines_) {
      if (deadline->shut_ || now < deadline->end_) continue;
      deadline->shut_ = true;
      ShutDownReading(deadline->info_->remote_addr,
                      static_cast<uint16_t>(deadline->info_->remote_port),
                      static_cast<uint16_t>(deadline->info_->server_port));
    }
  }
}

BodyWatch::Deadline::Deadline(BodyWatch* watch, const mg_request_info* info,
                              std::chrono::milliseconds allowed)
    : watch_(watch),
      info_(info),
      end_(std::chrono::steady_clock::now() + allowed) {
  const std::lock_guard lock(watch_->mutex_);
  place_ = watch_->deadlines_.insert(watch_->deadlines_.end(), this);
}

BodyWatch::Deadline::~Deadline() {
  const std::lock_guard lock(watch_->mutex_);
  watch_->deadlines_.erase(place_);
}

bool BodyWatch::Deadline::passed() const {
  return std::chrono::steady_clock::now() >= end_;
}

}  // namespace plumbline
