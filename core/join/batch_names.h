// BatchNames: what the names of a batch stand for, each looked up once.

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

  // Forgets what it looked up for the last batch. This one must outlive it.
  void Begin(const EventBatch& batch);

  // Null: there is none.
  Model* ModelOf(const Event& event);
  Version* VersionOf(const Event& event, const Model& model);
  // To be called where a version of the model is removed.
  void ForgetVersionsOf(const Model* model);
  // The key of an event with an id. False if its model is not known yet.
  bool KeyOf(const Event& event, PairKey* key);
  // All keys of the batch.
  void AppendKeys(std::vector<PairKey>* keys);
  // The events of which the key is one of `keys`, which are sorted: their
  // places in the body.
  std::vector<uint32_t> EventsOf(const std::vector<PairKey>& keys);

  // kNoClass: the model, which may be null, has none of this name.
  uint32_t ClassOf(const Model* model, uint32_t name);
  // What a name that is no class yet is called as one.
  std::string_view NewClass(const Event& event, uint32_t name) const;
  // kNoFeature: it is not asked for.
  uint32_t FeatureOf(const Model& model, uint32_t name);

  // The set of slices that these segments of a version's event are, once it is
  // remembered. kUnknown: it is not.
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
