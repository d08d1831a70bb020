// A state takes over the models of another, whose past was applied under a time
// of its own: this state is beyond it, and time never runs back.
//
// The other state begins with the numbers that this one gives out next: of
// models, owners and age buckets. So images of its models can be loaded here as
// they are, and its records be copied. Its age buckets are older than some that
// this state has, though their numbers are greater; AgeClock allows for that.

#include <algorithm>
#include <string>
#include <vector>

#include "core/engine/checkpoint.h"
#include "core/join/eviction.h"
#include "core/model/state.h"

namespace plumbline {
namespace {

// Those that are not forgotten. A chain is taken from its end, as each record
// becomes the head of its own.
void TakePairs(State* from, State* to) {
  PairTable& table = from->table();
  std::vector<const Record*> chain;
  table.ForEach([&](const Record& record) {
    const uint32_t head = table.Find(record.key);
    if (&table.at(head) != &record) return;
    chain.clear();
    for (uint32_t r = head; r != PairTable::kNone; r = table.at(r).next) {
      if (from->Alive(table.at(r))) chain.push_back(&table.at(r));
    }
    for (auto one = chain.rbegin(); one != chain.rend(); ++one) {
      to->table().InsertCopy(**one);
      to->unsaved_pairs().Mark(to->table().Find(record.key));
    }
  });
}

// Of a model that is configured by its name both have one; that with events
// stays.
void RemoveDoubles(State* past, State* present) {
  const std::vector<Model*> models = past->models().Get();
  for (Model* model : models) {
    if (model->IsUnused()) {
      past->Remove(model);
    } else if (Model* other = present->FindModel(model->name)) {
      present->Remove(other);
    }
  }
}

}  // namespace

void State::NumberBehind(const State& present) {
  next_model_number_ = present.next_model_number_;
  owners_.Grow(present.owners_.size());
  prediction_ages_.NumberBehind(present.prediction_ages_);
  label_ages_.NumberBehind(present.label_ages_);
}

std::string State::TakeOver(State* past) {
  RemoveDoubles(past, this);
  past->Publish();
  const std::vector<Model*> models = past->models_.Get();
  if (static_cast<int64_t>(models_.Get().size() + models.size()) >
      settings_->models) {
    return "limits.models";
  }
  if (window_bytes_ + past->window_bytes_ > settings_->window_bytes) {
    return "limits.window_bytes";
  }
  const auto records = static_cast<int64_t>(past->records_);
  if (!Fits(*this, records) &&
      !MakeRoom(this, records, settings_->evict_oldest)) {
    return "join.max_bytes";
  }
  prediction_ages_.TakeOver(past->prediction_ages_);
  label_ages_.TakeOver(past->label_ages_);
  owners_.Grow(past->owners_.size());
  next_model_number_ = past->next_model_number_;
  next_departure_ms_ = std::min(next_departure_ms_, past->next_departure_ms_);
  NoteForgotten(past->forgotten_until_ms_);
  std::string unknown;
  if (!LoadModels(SaveState(past), this, &unknown)) {
    return "what one state holds";
  }
  TakePairs(past, this);
  for (const Model* old : models) {
    Model* model = FindModel(old->name);
    Touch(model);
    for (Version* version : old->versions.Get()) {
      FindVersion(*model, version->name)->history.Put(version->history.Take());
    }
  }
  Publish();
  return "";
}

}  // namespace plumbline
