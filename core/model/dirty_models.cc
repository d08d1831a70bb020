#include "core/model/dirty_models.h"

#include <algorithm>
#include <utility>

#include "core/codec/archive.h"
#include "core/model/state.h"

namespace plumbline {

bool DirtyModels::CopyAhead() {
  const auto& models = state_.models().Get();  // by name
  auto at = std::lower_bound(
      models.begin(), models.end(), next_ahead_,
      [](const Model* m, const std::string& name) { return m->name < name; });
  for (; at != models.end(); ++at) {
    if (!(*at)->TakeDirty()) continue;
    ModelCopies::Ahead& ahead = copies_.ahead_[(*at)->number];
    ahead = {};
    Save save(&ahead.bytes);
    state_.SaveAhead(save, **at, &ahead.places);
    next_ahead_ = (*at)->name + '\0';
    return true;
  }
  next_ahead_.clear();
  return false;
}

void DirtyModels::ForgetAhead(Model* model) {
  // A copy of the moment may rest on it.
  if (copies_.rest_.contains(model->number)) return;
  if (copies_.ahead_.erase(model->number) > 0) model->dirty = true;
}

void DirtyModels::Begin() {
  bytes_ = 0;
  waiting_.clear();
  next_ = 0;
  for (Model* model : state_.models().Get()) {
    const auto ahead = copies_.ahead_.find(model->number);
    if (model->TakeDirty()) {
      waiting_.push_back(model);
      model->awaits_copy = static_cast<uint32_t>(waiting_.size());
    } else if (ahead != copies_.ahead_.end()) {
      copies_.whole_[model->number] = std::move(ahead->second.bytes);
    }
  }
}

bool DirtyModels::CopyNext() {
  while (next_ < waiting_.size() && waiting_[next_] == nullptr) ++next_;
  if (next_ == waiting_.size()) return false;
  Copy(waiting_[next_]);
  return true;
}

void DirtyModels::Copy(Model* model) {
  waiting_[model->awaits_copy - 1] = nullptr;
  model->awaits_copy = 0;
  const auto ahead = copies_.ahead_.find(model->number);
  if (ahead == copies_.ahead_.end()) {
    Save save(&copies_.whole_[model->number]);
    state_.SaveModel(save, *model);
    bytes_ += save.size();
    return;
  }
  const PartPlaces& places = ahead->second.places;
  auto& rest = copies_.rest_.try_emplace(model->number, &places).first->second;
  Save save(&rest.bytes);
  state_.SaveSince(save, *model, places, &rest.gaps);
  bytes_ += save.size();
}

std::map<uint32_t, std::string> ModelCopies::Join() && {
  // Frees as it goes: only one model has two copies at a time.
  for (auto rest = rest_.begin(); rest != rest_.end();
       rest = rest_.erase(rest)) {
    const auto ahead = ahead_.find(rest->first);
    whole_[rest->first] =
        rest->second.gaps.Filled(rest->second.bytes, ahead->second.bytes);
    ahead_.erase(ahead);
  }
  return std::move(whole_);
}

}  // namespace plumbline
