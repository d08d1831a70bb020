#include "core/engine/checkpoint_copy.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/model/state.h"

namespace plumbline {

void CheckpointCopy::CopyAhead(const State& state, Model* model) {
  Ahead& ahead = ahead_[model->number];
  ahead = {};
  Save save(&ahead.bytes);
  state.SaveAhead(save, *model, &ahead.places);
}

bool CheckpointCopy::CopyNext(State* state) {
  const auto& models = state->models().Get();  // by name
  auto at = std::lower_bound(
      models.begin(), models.end(), next_,
      [](const Model* m, const std::string& name) { return m->name < name; });
  for (; at != models.end(); ++at) {
    if (!(*at)->TakeDirty()) continue;
    CopyAhead(*state, *at);
    next_ = (*at)->name + '\0';
    return true;
  }
  next_.clear();
  return false;
}

void CheckpointCopy::TakeRest(State* state) {
  image_.head = SaveHead(state);
  for (Model* model : state->models().Get()) {
    const bool changed = model->TakeDirty();
    const auto ahead = ahead_.find(model->number);
    if (ahead == ahead_.end()) {
      if (!changed) continue;
      Save save(&image_.models[model->number]);
      state->SaveModel(save, *model);
      rest_bytes_ += save.size();
    } else if (changed) {
      const SlotPlaces& places = ahead->second.places;
      Rest& rest = rest_.try_emplace(model->number, &places).first->second;
      Save save(&rest.bytes);
      state->SaveSince(save, *model, places, &rest.gaps);
      rest_bytes_ += save.size();
    } else {
      image_.models[model->number] = std::move(ahead->second.bytes);
    }
  }
}

StateImage CheckpointCopy::Take() {
  for (auto& [number, rest] : rest_) {
    Ahead& ahead = ahead_[number];
    image_.models[number] = rest.gaps.Filled(rest.bytes, ahead.bytes);
    // Frees both as it goes, so that two images of one model exist at most.
    rest.bytes = {};
    ahead = {};
  }
  StateImage image = std::move(image_);
  *this = {};
  return image;
}

}  // namespace plumbline
