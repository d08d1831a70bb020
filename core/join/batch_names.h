// BatchNames: resolves the names of a batch, each once.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/event/event.h"
#include "core/model/state.h"

namespace plumbline {

// [Writer]
class BatchNames {
 public:
  static constexpr uint32_t kNoFeature = ~uint32_t{0};

  explicit BatchNames(const State* state) : state_(*state) {}

  // Starts a batch and drops the results of the last one. `batch` must outlive
  // its use here.
  void Begin(const EventBatch& batch);

  // Null if there is none.
  Model* ModelOf(const Event& event);
  Version* VersionOf(const Event& event, const Model& model);
  // Call when a version of the model is removed.
  void ForgetVersionsOf(const Model* model);
  // The key of an event with an id. False if its model is not known yet.
  bool KeyOf(const Event& event, PairKey* key);
  // All keys of the batch.
  void AppendKeys(std::vector<PairKey>* keys);
  // The indexes, in the body, of the events that have one of these keys.
  // REQUIRES: `keys` is sorted.
  std::vector<uint32_t> EventsOf(const std::vector<PairKey>& keys);

  // kNoClass if the model is null or has no such class.
  uint32_t ClassOf(const Model* model, uint32_t name);
  // The spelling that a new class gets from this name.
  std::string_view NewClass(const Event& event, uint32_t name) const;
  // kNoFeature if the model does not watch it.
  uint32_t FeatureOf(const Model& model, uint32_t name);

  // The remembered set of slices of these segments, or kUnknown.
  static constexpr uint32_t kUnknown = ~uint32_t{0};
  uint32_t SlicesOf(const Version& version, const Model& model,
                    Range segments) const;
  void RememberSlices(const Version& version, const Model& model,
                      Range segments, uint32_t set);

 private:
  struct Name {
    Model* model = nullptr;
    const Model* version_of = nullptr;
    Version* version = nullptr;
    const Model* class_of = nullptr;
    uint32_t class_index = kNoClass;
    const Model* feature_of = nullptr;
    uint32_t feature = kNoFeature;  // by number
  };
  struct KnownSlices {
    const Version* version = nullptr;
    Range segments;
    uint64_t revision = 0;
    uint32_t set = 0;
  };

  bool SameSegments(Range a, Range b) const;
  size_t PlaceOf(const Model& model, Range segments) const;

  const State& state_;
  const EventBatch* batch_ = nullptr;
  std::vector<Name> names_;
  std::array<KnownSlices, 64> known_slices_;
};

}  // namespace plumbline
