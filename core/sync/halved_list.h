// HalvedList: the writer's side of a PublishedList whose elements have two
// halves. Readers see a list of the published halves; the writer sees whole
// elements.

#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/sync/published_list.h"

namespace plumbline {

// `Whole` derives from `Half`, which has a virtual destructor. All changes of
// the list of halves go through this class. Its destructor deletes the
// remaining elements, because they may refer to data of the writer that the
// list of halves outlives.
template <class Whole, class Half>
class HalvedList {
 public:
  explicit HalvedList(PublishedList<Half>* halves) : halves_(halves) {}
  HalvedList(const HalvedList&) = delete;
  HalvedList& operator=(const HalvedList&) = delete;
  // REQUIRES: no readers are left.
  ~HalvedList() { halves_->DeleteAll(); }

  // [Writer]
  const std::vector<Whole*>& Get() const { return wholes_; }

  // [Writer] Inserts before the first element that `less`, which compares
  // halves, orders after it.
  template <class Less>
  Whole* Insert(std::unique_ptr<Whole> element, Less less) {
    Whole* raw = element.get();
    halves_->Insert(std::move(element), less);
    wholes_.insert(std::upper_bound(wholes_.begin(), wholes_.end(), raw, less),
                   raw);
    return raw;
  }
  Whole* Append(std::unique_ptr<Whole> element) {
    return Insert(std::move(element),
                  [](const Half*, const Half*) { return false; });
  }

  // [Writer]
  void Remove(const Whole* element) {
    std::erase(wholes_, element);
    halves_->Remove(element);
  }

 private:
  PublishedList<Half>* const halves_;
  std::vector<Whole*> wholes_;  // in the order of *halves_
};

}  // namespace plumbline
