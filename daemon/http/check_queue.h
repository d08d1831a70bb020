// CheckQueue: the order of password checks.
//
// A check takes a core for some 60 ms, by design. So one check runs at a time,
// few wait, and failing checks take a bounded share of a core. Clients that
// return after a 503 go before new ones. Clients from addresses that sent
// wrong passwords lately go last.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/hash/id_hash.h"

namespace plumbline {

// Not thread-safe.
class CheckQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  using Ticket = uint64_t;

  // In order of precedence.
  enum class Rank : uint8_t {
    kComesAgain,
    kNew,
    kSuspectComesAgain,
    kSuspect,
  };

  // Bounds, because each waiting request holds a thread of its listener.
  static constexpr size_t kMostWaiting = 4;
  static constexpr size_t kMostCompanions = 16;
  // A failed check is followed by a rest of kRests times its length. Rests of
  // up to kBurst in total may be owed before checks wait for them.
  static constexpr int kRests = 3;
  static constexpr Duration kBurst = std::chrono::seconds(1);

  // Takes a place for `attempt`, or shares the place of an equal attempt that
  // waits or is being checked. In a full queue the last attempt of a rank
  // behind `rank` loses its place; if there is none, returns nullopt.
  std::optional<Ticket> Enter(const IdHash& attempt, Rank rank);
  // Undoes one Enter() that returned a ticket.
  void Leave(Ticket ticket);

  // False if the attempt has lost its place.
  bool Waits(Ticket ticket) const;
  // The time from which the check may begin, unless another takes precedence.
  // nullopt while others are before it.
  std::optional<Time> Turn(Ticket ticket) const;

  void Begin(Ticket ticket);
  // Ends the check that Begin() began.
  void End(Time begin, Time end, bool failed);

 private:
  struct Place {
    Ticket ticket;
    Rank rank;
    IdHash attempt;
    size_t askers;
    bool begun;
  };

  const Place* Find(Ticket ticket) const;
  const Place* First() const;  // of those that have not begun
  size_t Companions() const;

  std::vector<Place> places_;  // by arrival
  Ticket last_ = 0;
  bool checking_ = false;
  Time rested_;  // when a check may begin
};

}  // namespace plumbline
