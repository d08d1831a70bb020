// DriftWatch: the references of one version, how they grow and are renewed, and
// the cells of a slot that a prediction counts in.
//
// Classes, scores and each variable grow separate references. A reference is
// complete when its week or its configured period has ended, or when it has as
// many predictions as configured. Then it replaces the one before. Classes and
// score parts are the same in each reference, so windows continue. The bins of
// a variable belong to its reference, so its cells restart; the owner clears
// them.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/drift/bins.h"
#include "core/settings/settings.h"
#include "core/sync/published_value.h"
#include "core/window/counting.h"
#include "core/window/section.h"

namespace plumbline {

struct DriftReference;

// A feature of an event. The batch owns the text.
struct FeatureValue {
  uint32_t variable = 0;  // its number in the settings
  DriftValue value;
};

struct WatchedPrediction {
  uint32_t classes = 0;  // of the model; 0: no class
  uint32_t predicted = 0;
  double value = 0;   // prediction of a regression
  double score = -1;  // negative: no score
  bool has_features = false;
  std::vector<FeatureValue> features;  // those present, by variable
};

class DriftWatch {
 public:
  // The cells to clear in all slots.
  struct Stale {
    bool predictions = false;
    bool scores = false;
    std::vector<uint32_t> places;  // indexes of variables

    bool any() const { return predictions || scores || !places.empty(); }
  };

  // Publishes the references for readers there.
  explicit DriftWatch(PublishedShared<DriftReference>* published);
  ~DriftWatch();
  DriftWatch(const DriftWatch&) = delete;
  DriftWatch& operator=(const DriftWatch&) = delete;

  // References that are in the old and the new settings stay.
  Stale Configure(const DriftSettings& settings, Task task,
                  Reclaimer* reclaimer);
  // Restarts the reference of scores, which have another meaning from now on.
  Stale RestartScores(Reclaimer* reclaimer);

  // True if predictions have no effect here.
  bool off() const {
    return !predictions_.used && !scores_.used && place_of_.empty();
  }
  // True if a reference is complete, so that RollOver() must put it in force.
  // Check before and after a prediction is added.
  bool Complete(int64_t now_ms);
  Stale RollOver(int64_t now_ms, Reclaimer* reclaimer);
  // Sets time back to `now_ms`: the week of a growing reference is not later
  // than that.
  void SetBack(int64_t now_ms);
  // Adds the prediction to growing references, and appends the cells that it
  // counts in.
  void Add(const WatchedPrediction& prediction, int64_t now_ms,
           std::vector<SectionCell>* cells);

  // The number of indexes of variables, free ones included.
  size_t places() const;

  template <class Archive>
  void Fields(Archive& archive, Reclaimer* reclaimer);

  // Upper bound of the memory for so many variables and classes.
  static int64_t MostBytes(size_t variables, uint32_t classes);
  // Upper bound of the bytes that drift takes in a slot of a time window.
  static int64_t SlotBytes(const DriftSettings& settings,
                           const ModelTraits& traits, size_t variables);

 private:
  // The state of a reference that grows.
  struct Growth {
    int64_t week = -1;      // week of its last prediction
    uint64_t count = 0;     // its predictions
    bool finished = false;  // no further reference will grow

    template <class Archive>
    void Fields(Archive& archive);
  };
  // A reference with bins that are known from the start.
  struct Counted {
    bool used = false;
    Growth growth;
    std::vector<uint64_t> next;
    std::vector<uint64_t> counts;  // the reference in force, or empty

    void Use(bool wanted);
    void Freeze();
    template <class Archive>
    void Fields(Archive& archive);
  };
  struct Variable;

  bool Counts(const Growth& growth, int64_t now_ms) const;
  bool Complete(const Growth& growth, int64_t now_ms) const;
  // Counts one more prediction, if it is part of the reference: then true.
  bool Grow(Growth* growth, int64_t now_ms) const;
  void AddVariable(uint32_t place, const DriftValue& value, int64_t now_ms,
                   std::vector<SectionCell>* cells);
  std::vector<std::string> Names() const;
  bool FindPlaces();
  void Publish(Reclaimer* reclaimer);

  PublishedShared<DriftReference>* const published_;
  DriftSettings settings_;
  Task task_ = Task::kClassification;
  Counted predictions_;
  Counted scores_;
  std::vector<Variable> variables_;  // by index
  std::vector<uint32_t> place_of_;   // index by number in Names()
  // No reference of a time span was complete at this time. Events of a group
  // share theirs, so only the first of them looks at each reference.
  int64_t incomplete_at_ms_ = -1;
};

}  // namespace plumbline
