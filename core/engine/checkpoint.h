// Serialises a state, and restores it.
//
// Each class lists its stored fields once, for both directions, with tags
// (core/codec/archive.h). core/model/stored_state.cc and stored_model.cc put
// them together. Pairs are not included: they are records of their own (see
// core/pairs/dirty_pairs.h).

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model/state.h"

namespace plumbline {

struct StateImage {
  std::string head;                        // all that is not in `models`
  std::map<uint32_t, std::string> models;  // by number
};

// [Writer] Serialises the head. Call between two groups.
std::string SaveHead(State* state);

// [Writer] Serialises the head, and the models that have changed since the last
// call. Call between two groups. A checkpoint beside events copies models in
// steps instead (core/model/dirty_models.h).
StateImage SaveState(State* state);

// The numbers of the models that a head lists; other models are deleted. Also
// empty if the head is damaged.
std::vector<uint32_t> ModelsOf(const std::string& head);

// [Writer] Restores a newly constructed state from a head and all of its
// models. False if the image is damaged or incomplete, or if a later format
// wrote something that this one does not know: *unknown names it. The state is
// unusable then.
[[nodiscard]] bool LoadState(const StateImage& image, State* state,
                             std::string* unknown);
[[nodiscard]] bool LoadState(const StateImage& image, State* state);

// [Writer] Adds the models of an image to those of the state. REQUIRES: the
// owners and age buckets that they use exist. Fails as LoadState() does.
[[nodiscard]] bool LoadModels(const StateImage& image, State* state,
                              std::string* unknown);

}  // namespace plumbline
