// A state as bytes, and back.
//
// Each class lists once, for both directions, what is stored of it, in fields
// with tags (core/codec/archive.h); core/model/stored_state.cc and
// stored_model.cc put them together. The pairs are not in it: they are records
// of their own (see core/pairs/unsaved_pairs.h).

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model/state.h"

namespace plumbline {

struct StateImage {
  std::string head;  // the whole, but for what is in models
  std::map<uint32_t, std::string> models;  // by number
};

// [Writer] Between two groups. The head, and the models that have changed
// since the last call.
StateImage SaveState(State* state);

// The numbers of the models that a head names; others are gone. Empty if it is
// damaged, too.
std::vector<uint32_t> ModelsOf(const std::string& head);

// [Writer] Into a state that is as constructed, from a head and all of its
// models. False if the image is damaged or not whole, or has what is of a later
// format, which *unknown then says; then the state is of no use.
[[nodiscard]] bool LoadState(const StateImage& image, State* state,
                             std::string* unknown);
[[nodiscard]] bool LoadState(const StateImage& image, State* state);

// [Writer] The models of an image, beside those that the state has. Owners and
// age buckets that they use must be there. The same holds of failure.
[[nodiscard]] bool LoadModels(const StateImage& image, State* state,
                              std::string* unknown);

}  // namespace plumbline
