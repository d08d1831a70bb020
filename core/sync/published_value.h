// PublishedValue: one immutable object, or none, that one thread replaces and
// any thread reads.

#pragma once

#include <atomic>
#include <memory>

#include "core/sync/reclaimer.h"

namespace plumbline {

// Owns the object.
template <class T>
class PublishedValue {
 public:
  PublishedValue() = default;
  PublishedValue(const PublishedValue&) = delete;
  PublishedValue& operator=(const PublishedValue&) = delete;
  ~PublishedValue() { delete value_.load(std::memory_order_relaxed); }

  // [Any thread, under a Reclaimer::Guard; the writer without] Null if there is
  // no object.
  const T* Get() const {
    // Acquire: sees the published object.
    return value_.load(std::memory_order_acquire);
  }

  // [Writer] Retires the old object. Null removes it without a replacement.
  void Publish(std::unique_ptr<const T> next, Reclaimer* reclaimer) {
    const T* old = value_.load(std::memory_order_relaxed);
    // Release: publishes the object.
    value_.store(next.release(), std::memory_order_release);
    if (old != nullptr) reclaimer->Retire(old);
  }

 private:
  std::atomic<const T*> value_{nullptr};
};

// PublishedShared: an object that readers keep beyond their guard.
template <class T>
class PublishedShared {
 public:
  // [Any thread, under a Reclaimer::Guard] Null if there is no object.
  std::shared_ptr<const T> Get() const {
    const std::shared_ptr<const T>* value = value_.Get();
    return value == nullptr ? nullptr : *value;
  }
  // [Any thread] Changes with the object.
  const void* stamp() const { return value_.Get(); }

  // [Writer] Null removes the object.
  void Publish(std::shared_ptr<const T> next, Reclaimer* reclaimer) {
    using Holder = std::shared_ptr<const T>;
    value_.Publish(
        next == nullptr ? nullptr : std::make_unique<Holder>(std::move(next)),
        reclaimer);
  }

 private:
  PublishedValue<std::shared_ptr<const T>> value_;
};

}  // namespace plumbline
