#include "daemon/store/stored_pairs.h"

#include <chrono>
#include <thread>

namespace plumbline {

void StoredPairs::Screen(std::vector<PairKey>* keys) {
  constexpr size_t kAhead = 16;
  size_t kept = 0;
  for (size_t i = 0; i < keys->size(); ++i) {
    if (i + kAhead < keys->size()) filter_->Prefetch((*keys)[i + kAhead]);
    if (filter_->MayHold((*keys)[i])) (*keys)[kept++] = (*keys)[i];
  }
  keys->resize(kept);
}

void StoredPairs::AwaitTurn(size_t events, size_t dirty) {
  if (pacer_ == nullptr) return;
  const auto now = std::chrono::steady_clock::now();
  const auto turn = pacer_->TurnOf(events, dirty, now);
  if (turn > now) std::this_thread::sleep_until(turn);
}

}  // namespace plumbline
