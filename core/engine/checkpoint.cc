#include "core/engine/checkpoint.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/codec/archive.h"
#include "core/join/sound_record.h"

namespace plumbline {
namespace {

// The numbers of the models come first, so ModelsOf() need not read the rest.
void LoadNumbers(Load& load, std::vector<uint32_t>* numbers) {
  load.Header();
  DoList(load, *numbers);
}

// Early labels are numbers while the task of the model is open.
bool AreEarlyLabelsSound(const Model& model) {
  return std::all_of(
      model.early_labels.begin(), model.early_labels.end(), [&](uint64_t bits) {
        return model.IsTaskOpen() ? std::isfinite(std::bit_cast<double>(bits))
                                  : IsSoundValue(model, bits);
      });
}

}  // namespace

std::string SaveHead(State* state) {
  std::string head;
  Save save(&head);
  std::vector<uint32_t> numbers;
  for (const Model* model : state->models().Get()) {
    numbers.push_back(model->number);
  }
  save.Header();
  DoList(save, numbers);
  state->HeadFields(save);
  return head;
}

StateImage SaveState(State* state) {
  StateImage image;
  image.head = SaveHead(state);
  for (Model* model : state->models().Get()) {
    if (!model->TakeDirty()) continue;
    Save save(&image.models[model->number]);
    state->SaveModel(save, *model);
  }
  return image;
}

std::vector<uint32_t> ModelsOf(const std::string& head) {
  Load load(head);
  std::vector<uint32_t> numbers;
  LoadNumbers(load, &numbers);
  return load.ok() ? numbers : std::vector<uint32_t>();
}

bool LoadModels(const StateImage& image, State* state, std::string* unknown) {
  Load head(image.head);
  std::vector<uint32_t> numbers;
  LoadNumbers(head, &numbers);
  for (const uint32_t number : numbers) {
    const auto bytes = image.models.find(number);
    if (bytes == image.models.end()) return false;
    Load load(bytes->second);
    load.Header(head.revision());
    const Model* model = state->LoadModel(load, number);
    if (model == nullptr) *unknown = load.unknown();
    if (model == nullptr || !AreEarlyLabelsSound(*model)) return false;
  }
  return head.ok();
}

bool LoadState(const StateImage& image, State* state, std::string* unknown) {
  Load load(image.head);
  std::vector<uint32_t> numbers;
  LoadNumbers(load, &numbers);
  if (load.ok()) state->HeadFields(load);
  *unknown = load.unknown();
  if (!load.ok() || !load.AtEnd() || !LoadModels(image, state, unknown)) {
    return false;
  }
  state->Publish();
  return true;
}

bool LoadState(const StateImage& image, State* state) {
  std::string unknown;
  return LoadState(image, state, &unknown);
}

}  // namespace plumbline
