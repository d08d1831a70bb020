// CheckpointCopy: the image of a state at one moment, most of it made before
// that moment.
//
// The writer stands still at the moment itself, so little may be left to do
// then. CopyNext() copies the dirty models ahead, one at a time between commit
// groups. TakeRest() is the moment: it copies what has changed since, of a
// model that changed again all but the windows' unchanged slots. Take() then
// puts both together, on any thread.
//
// The image is that of SaveState() at the moment, byte by byte.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "core/engine/checkpoint.h"
#include "core/window/slot_gaps.h"

namespace plumbline {

class CheckpointCopy {
 public:
  // [Writer] Copies the next dirty model ahead. False if none is left; the
  // next call then begins again. Call it between two groups; other groups may
  // run between two calls.
  bool CopyNext(State* state);

  // [Writer] Copies the rest. Call it between two groups.
  void TakeRest(State* state);

  // Bytes that TakeRest() has copied of models.
  size_t rest_bytes() const { return rest_bytes_; }

  // Returns the image, and forgets all copies. Call it after TakeRest(), not
  // while that runs.
  StateImage Take();

 private:
  struct Ahead {
    std::string bytes;
    SlotPlaces places;
  };
  struct Rest {
    explicit Rest(const SlotPlaces* ahead) : gaps(ahead) {}
    std::string bytes;
    SlotGaps gaps;
  };

  void CopyAhead(const State& state, Model* model);

  size_t rest_bytes_ = 0;
  std::string next_;  // no model before this name is left
  // By number. References to elements stay valid.
  std::map<uint32_t, Ahead> ahead_;
  std::map<uint32_t, Rest> rest_;
  StateImage image_;
};

}  // namespace plumbline
