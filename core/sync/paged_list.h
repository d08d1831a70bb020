// PagedList: elements by index, most of which have their default value.
//
// Only pages with an element that was set take memory. Indexes are never
// reused, so a list becomes long after many additions and removals, and most of
// it is empty.
//
// For the writer only.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace plumbline {

template <class T>
class PagedList {
 public:
  PagedList() = default;
  PagedList(const PagedList&) = delete;
  PagedList& operator=(const PagedList&) = delete;

  uint32_t size() const { return size_; }
  // REQUIRES, here and in Set(): index < size().
  const T& operator[](uint32_t index) const {
    return (*pages_[index / kPage])[index % kPage];
  }
  void Set(uint32_t index, const T& value) {
    std::unique_ptr<Page>& own = own_[index / kPage];
    if (own == nullptr) {
      own = std::make_unique<Page>();
      pages_[index / kPage] = own.get();
    }
    (*own)[index % kPage] = value;
  }
  // New elements have their default value.
  void Grow(uint32_t size) {
    size_ = size;
    own_.resize((size_t{size} + kPage - 1) / kPage);
    pages_.resize(own_.size(), &kEmpty);
  }
  // Calls visit(index, element) for the elements of pages that take memory.
  template <class Visit>
  void ForEach(Visit visit) const {
    for (size_t p = 0; p < own_.size(); ++p) {
      for (size_t i = 0; own_[p] != nullptr && i < kPage; ++i) {
        visit(static_cast<uint32_t>(p * kPage + i), (*own_[p])[i]);
      }
    }
  }

 private:
  static constexpr size_t kPage = 512;
  using Page = std::array<T, kPage>;
  static inline const Page kEmpty{};

  uint32_t size_ = 0;
  std::vector<std::unique_ptr<Page>> own_;  // null: no element was set
  std::vector<const Page*> pages_;          // those, or kEmpty
};

}  // namespace plumbline
