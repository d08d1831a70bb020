// State::TakeOver(): moves the models of another state into this one.
//
// The other state was replayed under an earlier time. This state is past that
// time, and time never runs back.
//
// The other state starts at the next free numbers of this one, for models,
// owners and age buckets. So this state can load images of its models and copy
// its records unchanged. Its age buckets are older than some of this state,
// though their numbers are greater. AgeBuckets allows for that.

#include <algorithm>
#include <string>
#include <vector>

#include "core/engine/checkpoint.h"
#include "core/join/eviction.h"
#include "core/model/state.h"

namespace plumbline {
namespace {

// Copies the live records. Each chain is copied in reverse, as each record
// becomes the head of its chain.
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
      to->dirty_pairs().Mark(to->table().Find(record.key));
    }
  });
}

// Both states have a model that is configured by name. The one with events
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
