// PublishedList: a list that one thread changes and any thread reads.
//
// A change copies the list, publishes the copy and retires the old one.
// Structure (models, versions, classes, windows) changes rarely and is read by
// every scrape.

#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "core/sync/reclaimer.h"

namespace plumbline {

// Owns its elements.
template <class T>
class PublishedList {
 public:
  explicit PublishedList(Reclaimer* reclaimer)
      : reclaimer_(reclaimer), list_(new std::vector<T*>) {}
  PublishedList(const PublishedList&) = delete;
  PublishedList& operator=(const PublishedList&) = delete;
  ~PublishedList() {
    const std::vector<T*>* list = list_.load(std::memory_order_relaxed);
    for (T* element : *list) delete element;
    delete list;
  }

  // [Any thread, under a Reclaimer::Guard; the writer without]
  const std::vector<T*>& Get() const {
    // Acquire: sees the published elements and all that they point to.
    return *list_.load(std::memory_order_acquire);
  }

  // [Writer] Inserts before the first element that `less` orders after it, or
  // at the end.
  template <class Less>
  T* Insert(std::unique_ptr<T> element, Less less) {
    T* raw = element.release();
    auto next = std::make_unique<std::vector<T*>>(Get());
    next->insert(std::upper_bound(next->begin(), next->end(), raw, less), raw);
    Publish(std::move(next));
    return raw;
  }
  T* Append(std::unique_ptr<T> element) {
    return Insert(std::move(element), [](const T*, const T*) { return false; });
  }

  // [Writer] Appends many elements with one copy of the list.
  void AppendAll(std::vector<std::unique_ptr<T>> elements) {
    auto next = std::make_unique<std::vector<T*>>(Get());
    next->reserve(next->size() + elements.size());
    for (auto& element : elements) next->push_back(element.release());
    Publish(std::move(next));
  }

  // [Writer] Replaces the whole list and retires elements that are not in
  // `next`.
  void Replace(std::vector<T*> next) {
    for (T* element : Get()) {
      if (std::find(next.begin(), next.end(), element) == next.end()) {
        dropped_.push_back(element);
      }
    }
    Publish(std::make_unique<std::vector<T*>>(std::move(next)));
    for (T* element : dropped_) reclaimer_->Retire(element);
    dropped_.clear();
  }

  // [Writer]
  void Remove(const T* element) {
    std::vector<T*> next = Get();
    std::erase(next, element);
    Replace(std::move(next));
  }

  // [Writer] Deletes the elements immediately. REQUIRES: no readers are left.
  void DeleteAll() {
    const std::vector<T*>* list = list_.load(std::memory_order_relaxed);
    for (T* element : *list) delete element;
    delete list;
    list_.store(new std::vector<T*>, std::memory_order_relaxed);
  }

  Reclaimer* reclaimer() const { return reclaimer_; }

 private:
  void Publish(std::unique_ptr<std::vector<T*>> next) {
    const std::vector<T*>* old = list_.load(std::memory_order_relaxed);
    // Release: publishes the list and the elements it points to.
    list_.store(next.release(), std::memory_order_release);
    reclaimer_->Retire(old);
  }

  Reclaimer* const reclaimer_;
  std::atomic<const std::vector<T*>*> list_;
  std::vector<T*> dropped_;
};

}  // namespace plumbline
