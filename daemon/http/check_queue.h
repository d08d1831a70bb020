// Who may have a password checked, and when.
//
// A check takes a core for some 60 ms, by design. So there is one at a time,
// few wait for theirs, and checks that fail take a bounded share of a core.
// Whoever is told to come again, and does, goes before those that are new each
// time, and whoever comes from where passwords were wrong lately goes behind
// all others.

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

  // The first goes first.
  enum class Rank : uint8_t {
    kComesAgain,
    kNew,
    kSuspectComesAgain,
    kSuspect,
  };

  // Each holds a thread of its listener.
  static constexpr size_t kMostWaiting = 4;
  static constexpr size_t kMostCompanions = 16;
  // A check that fails is followed by a rest of so many times its length, but
  // for as much at once as a rest of kBurst makes up for.
  static constexpr int kRests = 3;
  static constexpr Duration kBurst = std::chrono::seconds(1);

  // A place for one who asks about `attempt`, or, where the same attempt waits
  // or is being checked already, its place once more. nullopt if there is no
  // room. Where all places are taken, the last of those behind `rank` loses its
  // own.
  std::optional<Ticket> Enter(const IdHash& attempt, Rank rank);
  // Gives one part of a place back: after Enter(), whatever came of it.
  void Leave(Ticket ticket);

  // False if it has lost its place.
  bool Waits(Ticket ticket) const;
  // From when on it may begin, if nobody comes before it. nullopt as long as
  // others are before it.
  std::optional<Time> Turn(Ticket ticket) const;

  void Begin(Ticket ticket);
  // What began is over.
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
