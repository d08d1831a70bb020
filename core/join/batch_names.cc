#include "core/join/batch_names.h"

#include <algorithm>
#include <string>

#include "core/pairs/pair_key.h"

namespace plumbline {

void BatchNames::Begin(const EventBatch& batch) {
  batch_ = &batch;
  names_.assign(batch.names.size(), Name{});
  known_slices_.fill(KnownSlices{});
}

Model* BatchNames::ModelOf(const Event& event) {
  Name& name = names_[event.model];
  if (name.model == nullptr) {
    name.model = state_.FindModel(batch_->names[event.model]);
  }
  return name.model;
}

Version* BatchNames::VersionOf(const Event& event, const Model& model) {
  Name& name = names_[event.version];
  if (name.version_of != &model) {
    name.version = State::FindVersion(model, batch_->names[event.version]);
    name.version_of = name.version == nullptr ? nullptr : &model;
  }
  return name.version;
}

void BatchNames::ForgetVersionsOf(const Model* model) {
  for (Name& name : names_) {
    if (name.version_of == model) name.version_of = nullptr;
  }
  known_slices_.fill(KnownSlices{});
}

bool BatchNames::KeyOf(const Event& event, PairKey* key) {
  const Model* model = ModelOf(event);
  if (model == nullptr) return false;
  *key = PairKeyOf(model->number, event.id_hi, event.id_lo);
  return true;
}

void BatchNames::AppendKeys(std::vector<PairKey>* keys) {
  for (const Event& event : batch_->events) {
    PairKey key;
    if (event.has_id && KeyOf(event, &key)) keys->push_back(key);
  }
}

std::vector<uint32_t> BatchNames::EventsOf(const std::vector<PairKey>& keys) {
  std::vector<uint32_t> events;
  for (const Event& event : batch_->events) {
    PairKey key;
    if (event.has_id && KeyOf(event, &key) &&
        std::binary_search(keys.begin(), keys.end(), key)) {
      events.push_back(event.index);
    }
  }
  return events;
}

uint32_t BatchNames::ClassOf(const Model* model, uint32_t index) {
  if (model == nullptr) return kNoClass;
  Name& name = names_[index];
  if (name.class_of != model) {
    const std::string_view text = batch_->names[index];
    name.class_index = model->FindClass(text);
    if (name.class_index == kNoClass) {
      name.class_index =
          model->FindClass(state_.settings().For(model->name).ClassOf(text));
    }
    name.class_of = name.class_index == kNoClass ? nullptr : model;
  }
  return name.class_index;
}

std::string_view BatchNames::NewClass(const Event& event, uint32_t name) const {
  return state_.settings()
      .For(batch_->names[event.model])
      .ClassOf(batch_->names[name]);
}

uint32_t BatchNames::FeatureOf(const Model& model, uint32_t index) {
  Name& name = names_[index];
  if (name.feature_of != &model) {
    const auto number = model.features.find(std::string(batch_->names[index]));
    name.feature = number == model.features.end() ? kNoFeature : number->second;
    name.feature_of = &model;
  }
  return name.feature;
}

bool BatchNames::SameSegments(Range a, Range b) const {
  const Segment* const first = batch_->segments.data() + a.begin;
  return a.count == b.count &&
         std::equal(first, first + a.count, batch_->segments.data() + b.begin,
                    [](const Segment& x, const Segment& y) {
                      return x.key == y.key && x.value == y.value;
                    });
}

size_t BatchNames::PlaceOf(const Model& model, Range segments) const {
  uint32_t hash = model.number;
  for (uint32_t i = 0; i < segments.count; ++i) {
    const Segment& segment = batch_->segments[segments.begin + i];
    hash = (hash * 31 + segment.key) * 31 + segment.value;
  }
  return hash % known_slices_.size();
}

uint32_t BatchNames::SlicesOf(const Version& version, const Model& model,
                              Range segments) const {
  const KnownSlices& known = known_slices_[PlaceOf(model, segments)];
  const bool is_known = known.version == &version &&
                        known.revision == model.slicing.revision() &&
                        SameSegments(known.segments, segments);
  return is_known ? known.set : kUnknown;
}

void BatchNames::RememberSlices(const Version& version, const Model& model,
                                Range segments, uint32_t set) {
  known_slices_[PlaceOf(model, segments)] = {&version, segments,
                                             model.slicing.revision(), set};
}

}  // namespace plumbline
