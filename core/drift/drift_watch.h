// DriftWatch: the references of one version, as they grow and are renewed, and
// into which cells of a slot a prediction counts.
//
// Classes, scores and each variable grow a reference of their own from what
// feeds them. When one is complete (its week has ended, or it has as many
// predictions as asked for) it takes the place of the one before. Classes and
// parts of a score are the same under each, so windows go on; the bins of
// variables are of the reference, so their cells start anew with it, which is
// the owner's to do.

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

// A feature of an event. The text is the batch's.
struct FeatureValue {
  uint32_t variable = 0;  // by number in the settings
  DriftValue value;
};

// A prediction as it is watched.
struct WatchedPrediction {
  uint32_t classes = 0;  // of the model; none: it has no class
  uint32_t predicted = 0;
  double value = 0;   // of a regression
  double score = -1;  // negative: none
  bool has_features = false;
  std::vector<FeatureValue> features;  // those that are there, by variable
};

class DriftWatch {
 public:
  // What is to be emptied of all slots.
  struct Stale {
    bool predictions = false;
    bool scores = false;
    std::vector<uint32_t> places;  // of variables

    bool any() const { return predictions || scores || !places.empty(); }
  };

  // What readers see of the references is published there.
  explicit DriftWatch(PublishedShared<DriftReference>* published);
  ~DriftWatch();
  DriftWatch(const DriftWatch&) = delete;
  DriftWatch& operator=(const DriftWatch&) = delete;

  // What both settings have keeps what it has.
  Stale Configure(const DriftSettings& settings, Task task,
                  Reclaimer* reclaimer);
  // Scores are of something else from now on.
  Stale RestartScores(Reclaimer* reclaimer);

  // True if a prediction changes nothing here.
  bool off() const {
    return !predictions_.used && !scores_.used && place_of_.empty();
  }
  // To be asked before and after a prediction is added: true if a reference is
  // complete, which RollOver() is to make the one that holds.
  bool Complete(int64_t now_ms) const;
  Stale RollOver(int64_t now_ms, Reclaimer* reclaimer);
  // Time goes back to `now_ms`: the week that a reference grows in is not
  // ahead.
  void SetBack(int64_t now_ms);
  // Appends the cells that it counts in.
  void Add(const WatchedPrediction& prediction, int64_t now_ms,
           std::vector<SectionCell>* cells);

  // Places of variables, free ones too.
  size_t places() const;

  template <class Archive>
  void Fields(Archive& archive, Reclaimer* reclaimer);

  // Memory at most, of so many variables and classes.
  static int64_t MostBytes(size_t variables, uint32_t classes);
  // What predictions count in, of a slot of a time window.
  static int64_t SlotBytes(const DriftSettings& settings,
                           const ModelTraits& traits, size_t variables);

 private:
  // Of a reference that grows.
  struct Growth {
    int64_t week = -1;      // of what it has
    uint64_t count = 0;     // predictions
    bool finished = false;  // there will be no other

    template <class Archive>
    void Fields(Archive& archive);
  };
  // Of bins that are known from the start.
  struct Counted {
    bool used = false;
    Growth growth;
    std::vector<uint64_t> next;
    std::vector<uint64_t> counts;  // of the reference that holds; or empty

    void Use(bool wanted);
    void Freeze();
    template <class Archive>
    void Fields(Archive& archive);
  };
  struct Variable;

  bool Counts(const Growth& growth, int64_t now_ms) const;
  bool Complete(const Growth& growth, int64_t now_ms) const;
  // One more. True if it counts.
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
  std::vector<Variable> variables_;  // by place
  std::vector<uint32_t> place_of_;   // by number in Names()
};

}  // namespace plumbline
