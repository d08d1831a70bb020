// DirtyModels: copies, serialised for a store, of the models that have changed
// since the last copy. All are as of one moment, while the writer continues.
//
// Copying a model takes a millisecond, and a state may have thousands. So the
// writer does not stand still for them. Begin() fixes the moment: the dirty
// models then wait for their copy. CopyNext() copies one, between commit
// groups. A waiting model that is about to change is copied first (copy on
// write, as in core/pairs/dirty_pairs.h).
//
// Such a copy delays an event. CopyAhead() makes it short: called before
// Begin(), it copies the next dirty model already. If that changes again, its
// second copy leaves out large parts that are unchanged since
// (core/window/part_gaps.h). Join() puts them in.
//
// The result is what State::SaveModel() writes at the moment, byte by byte.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/window/part_gaps.h"

namespace plumbline {

class State;
struct Model;

// Copies in the making.
class ModelCopies {
 public:
  // Returns the copies by number of the model. Takes some time: call it while
  // the writer continues.
  std::map<uint32_t, std::string> Join() &&;

 private:
  friend class DirtyModels;
  struct Ahead {
    std::string bytes;
    PartPlaces places;
  };
  struct Rest {
    explicit Rest(const PartPlaces* ahead) : gaps(ahead) {}
    std::string bytes;
    PartGaps gaps;
  };

  // By number. `rest_` refers to elements of `ahead_`.
  std::map<uint32_t, Ahead> ahead_;
  std::map<uint32_t, Rest> rest_;
  std::map<uint32_t, std::string> whole_;
};

// [Writer]
class DirtyModels {
 public:
  explicit DirtyModels(State* state) : state_(*state) {}

  // Copies the next dirty model before the moment. False if none is left; the
  // next call then begins with the first again. REQUIRES: the last copy was
  // taken.
  bool CopyAhead();
  // Drops the copy ahead of a model. Call when parts of the model are freed: a
  // new one may get the same address.
  void ForgetAhead(Model* model);

  // Fixes the moment. REQUIRES: the last copy was taken.
  void Begin();
  // Copies the next model that waits. False once none does.
  bool CopyNext();
  // Call before a waiting model changes.
  void Copy(Model* model);
  void CopyAll() {
    while (CopyNext()) {
    }
  }

  // REQUIRES: none waits since Begin().
  ModelCopies Take() { return std::exchange(copies_, {}); }

  // Bytes that Copy() and CopyNext() have copied since Begin().
  size_t bytes() const { return bytes_; }

 private:
  const State& state_;
  std::string next_ahead_;  // no model before this name is left
  ModelCopies copies_;
  std::vector<Model*> waiting_;  // null once copied; see Model::awaits_copy
  size_t next_ = 0;              // in waiting_
  size_t bytes_ = 0;
};

}  // namespace plumbline
