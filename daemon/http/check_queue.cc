#include "daemon/http/check_queue.h"

#include <algorithm>

namespace plumbline {
namespace {

bool Same(const IdHash& a, const IdHash& b) {
  return a.hi == b.hi && a.lo == b.lo;
}

}  // namespace

std::optional<CheckQueue::Ticket> CheckQueue::Enter(const IdHash& attempt,
                                                    Rank rank) {
  const auto same = std::find_if(
      places_.begin(), places_.end(),
      [&](const Place& place) { return Same(place.attempt, attempt); });
  if (same != places_.end()) {
    if (Companions() == kMostCompanions) return std::nullopt;
    ++same->askers;
    same->rank = std::min(same->rank, rank);
    return same->ticket;
  }
  const auto waiting = std::count_if(places_.begin(), places_.end(),
                                     [](const Place& p) { return !p.begun; });
  if (static_cast<size_t>(waiting) >= kMostWaiting) {
    auto last = places_.end();
    for (auto place = places_.begin(); place != places_.end(); ++place) {
      if (place->begun) continue;
      if (last == places_.end() || place->rank >= last->rank) last = place;
    }
    if (last->rank <= rank) return std::nullopt;
    places_.erase(last);
  }
  places_.push_back({++last_, rank, attempt, 1, false});
  return last_;
}

void CheckQueue::Leave(Ticket ticket) {
  const auto place =
      std::find_if(places_.begin(), places_.end(),
                   [ticket](const Place& p) { return p.ticket == ticket; });
  if (place != places_.end() && --place->askers == 0) places_.erase(place);
}

const CheckQueue::Place* CheckQueue::Find(Ticket ticket) const {
  const auto place =
      std::find_if(places_.begin(), places_.end(),
                   [ticket](const Place& p) { return p.ticket == ticket; });
  return place == places_.end() ? nullptr : &*place;
}

const CheckQueue::Place* CheckQueue::First() const {
  const Place* first = nullptr;
  for (const Place& place : places_) {
    if (place.begun) continue;
    if (first == nullptr || place.rank < first->rank) first = &place;
  }
  return first;
}

size_t CheckQueue::Companions() const {
  size_t companions = 0;
  for (const Place& place : places_) companions += place.askers - 1;
  return companions;
}

bool CheckQueue::Waits(Ticket ticket) const { return Find(ticket) != nullptr; }

std::optional<CheckQueue::Time> CheckQueue::Turn(Ticket ticket) const {
  const Place* first = First();
  if (checking_ || first == nullptr || first->ticket != ticket) {
    return std::nullopt;
  }
  return rested_;
}

void CheckQueue::Begin(Ticket ticket) {
  checking_ = true;
  for (Place& place : places_) place.begun |= place.ticket == ticket;
}

void CheckQueue::End(Time begin, Time end, bool failed) {
  checking_ = false;
  // Requests that share the place decide again with the result.
  for (Place& place : places_) place.begun = false;
  if (!failed) return;
  rested_ = std::max(rested_, end - kBurst) + (1 + kRests) * (end - begin);
}

}  // namespace plumbline
