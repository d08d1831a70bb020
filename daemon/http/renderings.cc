#include "daemon/http/renderings.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace plumbline {

using Clock = std::chrono::steady_clock;

// ---- Rendering ----

Rendering::Rendering(PackedText page)
    : packed_size_(page.gzip.size()),
      text_size_(page.text_size),
      last_progress_(Clock::now().time_since_epoch().count()),
      gzip_(std::move(page.gzip)) {}

size_t Rendering::Read(size_t begin, size_t most, char* to) const {
  const std::lock_guard lock(mutex_);
  if (begin >= gzip_.size()) return 0;
  const size_t size = std::min(most, gzip_.size() - begin);
  std::memcpy(to, gzip_.data() + begin, size);
  return size;
}

void Rendering::Cut() {
  std::string released;
  const std::lock_guard lock(mutex_);
  released.swap(gzip_);
}

bool Rendering::is_cut() const {
  const std::lock_guard lock(mutex_);
  return gzip_.empty();
}

// Relaxed: it publishes nothing but itself.
void Rendering::NoteProgress() const {
  last_progress_.store(Clock::now().time_since_epoch().count(),
                       std::memory_order_relaxed);
}

Clock::time_point Rendering::last_progress() const {
  return Clock::time_point(
      Clock::duration(last_progress_.load(std::memory_order_relaxed)));
}

// ---- Renderings ----

std::shared_ptr<const Rendering> Renderings::Get(
    const std::string& key, const std::function<PackedText()>& make) {
  const auto end = Clock::now() + options_.longest_wait;
  Lock lock(mutex_);
  for (;;) {
    const auto asked = Join(key);
    while (!asked->done) {
      if (!making_ && queue_.front() == asked) {
        Make(asked, make, &lock);
      } else if (changed_.wait_until(lock, end) == std::cv_status::timeout) {
        break;
      }
    }
    Leave(asked);
    if (!asked->done) return nullptr;
    if (asked->failed) std::rethrow_exception(asked->failed);
    // It was cut before this waiter woke up: ask again.
    if (!asked->made->is_cut()) return asked->made;
  }
}

size_t Renderings::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

std::shared_ptr<Renderings::Asked> Renderings::Join(const std::string& key) {
  auto it =
      std::find_if(queue_.begin(), queue_.end(),
                   [&key](const auto& asked) { return asked->key == key; });
  if (it == queue_.end()) {
    it = queue_.insert(queue_.end(), std::make_shared<Asked>());
    (*it)->key = key;
  }
  ++(*it)->waiting;
  ++waiting_;
  return *it;
}

// Removes a rendering that nobody waits for: it would block the queue.
void Renderings::Leave(const std::shared_ptr<Asked>& asked) {
  --waiting_;
  if (--asked->waiting > 0) return;
  if (std::erase(queue_, asked) > 0) changed_.notify_all();
}

void Renderings::Make(const std::shared_ptr<Asked>& asked,
                      const std::function<PackedText()>& make, Lock* lock) {
  making_ = true;
  WaitForReaders(lock);
  queue_.pop_front();  // later requests get the next rendering
  lock->unlock();
  try {
    asked->made = std::make_shared<Rendering>(make());
  } catch (...) {
    asked->failed = std::current_exception();
  }
  lock->lock();
  making_ = false;
  asked->done = true;
  if (asked->made != nullptr) Keep(asked->made);
  changed_.notify_all();
}

// Waits for the readers of the rendering that is about to be cut.
void Renderings::WaitForReaders(Lock* lock) {
  constexpr Milliseconds kLook{5};
  const auto end = Clock::now() + options_.patience;
  const auto get_on = [this, end] {
    const auto readers = before_last_.lock();
    const auto now = Clock::now();
    return readers != nullptr && now < end &&
           now < readers->last_progress() + options_.stalled;
  };
  while (get_on()) changed_.wait_for(*lock, kLook);
}

void Renderings::Keep(const std::shared_ptr<Rendering>& made) {
  if (const auto readers = before_last_.lock()) readers->Cut();
  before_last_ = std::exchange(last_, made);
}

}  // namespace plumbline
