#include "core/join/eviction.h"

#include <algorithm>

namespace plumbline {
namespace {

constexpr uint32_t kNoAge = ~uint32_t{0};
constexpr int64_t kBucketsAtBound = 64;

// The model that remembers most among those for which `has` returns true.
template <class Has>
Model* Largest(const State& state, Has has) {
  Model* largest = nullptr;
  for (Model* model : state.models().Get()) {
    if (largest != nullptr && model->records <= largest->records) continue;
    if (model->records > 0 && has(*model)) largest = model;
  }
  return largest;
}

// Notes that records received in `age` are no longer complete.
void Note(State* state, AgeBuckets* ages, uint32_t age) {
  if (ages == &state->prediction_ages()) state->NoteForgotten(ages->EndOf(age));
}

uint32_t OldestJoined(Model& model) {
  uint32_t oldest = kNoAge;
  model.ForEachPredictionAgeCounts(
      [&oldest](const AgeCounts* age_counts, uint64_t) {
        oldest = std::min(oldest, age_counts->OldestJoined(kNoAge));
      });
  return oldest;
}

bool ForgetPredictions(State* state) {
  Model* model =
      Largest(*state, [](Model& m) { return OldestJoined(m) != kNoAge; });
  if (model == nullptr) return false;
  state->BeforeChange(model);
  const uint32_t oldest = OldestJoined(*model);
  Note(state, &state->prediction_ages(), oldest);
  model->ForEachPredictionAgeCounts(
      [&](AgeCounts* age_counts, uint64_t next_number) {
        model->counts[kForgottenPredictions] +=
            age_counts->ForgetJoined(oldest, next_number).joined;
      });
  state->Touch(model);
  return true;
}

bool ForgetLabels(State* state) {
  Model* model = Largest(*state, [](const Model& m) {
    return m.labels.counts().joined + m.labels.counts().past > 0;
  });
  if (model == nullptr) return false;
  state->BeforeChange(model);
  const uint32_t oldest = model->labels.OldestJoined(kNoAge);
  Note(state, &state->label_ages(), oldest);
  model->labels.ForgetJoined(oldest, model->next_number);
  return true;
}

// Closes an open bucket before it is evicted, while closing is possible, so
// that new records are not mistaken for evicted ones.
void NoteEviction(State* state, AgeBuckets* ages, uint32_t age) {
  if (ages->IsOpen(age) && ages->MayClose(state->now_ms())) {
    ages->Close(state->now_ms());
  }
  Note(state, ages, age);
}

// `received`: the number of records that the owner of the counts has received,
// which is also the number of the last one.
uint64_t EvictFrom(AgeCounts* age_counts, const AgeBuckets& ages, uint32_t age,
                   uint64_t received) {
  return (ages.IsOpen(age) ? age_counts->EvictWaiting(age, received + 1)
                           : age_counts->EvictWaiting(age))
      .waiting;
}

bool EvictWaiting(State* state) {
  Model* model = Largest(*state, [](const Model& m) {
    return m.labels.counts().waiting > 0 ||
           std::any_of(m.versions.Get().begin(), m.versions.Get().end(),
                       [](const Version* v) {
                         return v->age_counts->counts().waiting > 0;
                       });
  });
  if (model == nullptr) return false;
  state->BeforeChange(model);
  uint32_t prediction = kNoAge;
  for (const Version* version : model->versions.Get()) {
    prediction =
        std::min(prediction, version->age_counts->OldestWaiting(kNoAge));
  }
  const uint32_t label = model->labels.OldestWaiting(kNoAge);
  state->Touch(model);
  const bool labels_first =
      prediction == kNoAge ||
      (label != kNoAge && state->label_ages().EndOf(label) <
                              state->prediction_ages().EndOf(prediction));
  if (labels_first) {
    NoteEviction(state, &state->label_ages(), label);
    model->counts[kEvictedLabels] += EvictFrom(
        &model->labels, state->label_ages(), label, model->counts[kLabels]);
    return true;
  }
  NoteEviction(state, &state->prediction_ages(), prediction);
  for (Version* version : model->versions.Get()) {
    const uint64_t n =
        EvictFrom(version->age_counts.get(), state->prediction_ages(),
                  prediction, version->counts[kPredictions]);
    if (n == 0) continue;
    version->counts[kEvictedPredictions] += n;
    state->Touch(model, version);
  }
  return true;
}

}  // namespace

int64_t RecordLimit(const Settings& settings) {
  return settings.remembered_bytes / PairTable::kBytesPerRecord;
}

bool Fits(const State& state, int64_t n) {
  return static_cast<int64_t>(state.records()) + n <=
         RecordLimit(state.settings());
}

bool MakeRoom(State* state, int64_t n, bool evict) {
  while (!Fits(*state, n)) {
    if (ForgetPredictions(state) || ForgetLabels(state)) continue;
    if (!evict || !EvictWaiting(state)) return false;
  }
  return true;
}

uint32_t AgeOfReceipt(State* state, AgeBuckets* ages, int64_t records) {
  return ages->Receive(state->now_ms(),
                       RecordLimit(state->settings()) / kBucketsAtBound,
                       records);
}

}  // namespace plumbline
