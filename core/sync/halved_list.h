// HalvedList: the writer's side of a PublishedList whose elements have two
// halves. Readers see the list of their published halves; the writer sees the
// elements whole.

#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/sync/published_list.h"

namespace plumbline {

// `Whole` derives from `Half`, which has a virtual destructor. Changes go
// through here alone. Elements that are there at the end are deleted with this
// list, not with that of the halves: they may rest on what their owner, the
// writer, has.
template <class Whole, class Half>
class HalvedList {
 public:
  explicit HalvedList(PublishedList<Half>* halves) : halves_(halves) {}
  HalvedList(const HalvedList&) = delete;
  HalvedList& operator=(const HalvedList&) = delete;
  // REQUIRES: nobody reads any more.
  ~HalvedList() { halves_->DeleteAll(); }

  // [Writer]
  const std::vector<Whole*>& Get() const { return wholes_; }

  // [Writer] Inserts before the first element that `less`, which compares
  // halves, puts after it.
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
  std::vector<Whole*> wholes_;  // in the same order
};

}  // namespace plumbline
