// Series: the windows that count the same pairs: all pairs of a version, or
// those of one of its slices.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/sync/published_list.h"
#include "core/window/window.h"
#include "core/window/window_delta.h"

namespace plumbline {

// The changes that a group makes to a series. `place_ms` is the time that a
// pair is counted at. Where a model's windows go by prediction time, it is the
// time of the prediction, else the time at which the pair became complete. For
// a prediction it is likewise its timestamp, or the time of its receipt.
struct WindowChanges {
  struct Predicted {
    int64_t place_ms;
    uint64_t n;
  };
  struct Labelled {  // predictions that now have a label
    int64_t place_ms;
    uint32_t age;
    uint64_t n;
  };
  struct Completed {
    Observation observation;
    uint64_t number;
    int64_t place_ms;
    uint32_t age;
    uint32_t place;  // index among the version's pairs in this group
  };
  struct Correction {
    int64_t place_ms;
    uint64_t number;
    uint32_t age;
    Observation from;
    Observation to;
  };

  std::vector<Predicted> predicted;
  std::vector<Labelled> labelled;
  std::vector<Completed> completed;
  std::vector<Correction> corrections;

  bool empty() const {
    return predicted.empty() && labelled.empty() && completed.empty() &&
           corrections.empty();
  }
  void Clear();
  // Both sum consecutive calls for the same place.
  void AddPredicted(int64_t place_ms);
  void AddLabelled(int64_t place_ms, uint32_t age);
};

// The predictions of a version that a group counted, labelled or not. They are
// summed, except those with another place in time than the first.
class UnlabelledChanges {
 public:
  struct Elsewhere {
    int64_t place_ms;
    SectionCell cell;
  };
  struct KeyElsewhere {
    int64_t place_ms;
    SparseSection section;
    uint32_t key;
  };

  bool empty() const { return empty_; }
  void Clear();
  void Add(int64_t place_ms, const SectionCell& cell) {
    if (empty_) place_ms_ = place_ms;
    empty_ = false;
    if (place_ms != place_ms_) {
      elsewhere_.push_back({place_ms, cell});
      return;
    }
    Sum& sum = sums_[static_cast<size_t>(cell.section) - kFirst];
    sum.size = cell.size;
    sum.cells.Add(cell.cell, 1);
  }
  void Add(int64_t place_ms, SparseSection section, uint32_t key) {
    if (empty_) place_ms_ = place_ms;
    empty_ = false;
    if (place_ms != place_ms_) {
      keys_elsewhere_.push_back({place_ms, section, key});
      return;
    }
    keys_[static_cast<size_t>(section) - kFirstSparse].Add(key, 1);
  }
  int64_t place_ms() const { return place_ms_; }
  const std::vector<Elsewhere>& elsewhere() const { return elsewhere_; }
  const std::vector<KeyElsewhere>& keys_elsewhere() const {
    return keys_elsewhere_;
  }
  // Adds the counts at place_ms().
  void AddTo(Slot<StdAtomics>* slot) const {
    for (size_t i = 0; i < sums_.size(); ++i) {
      sums_[i].cells.ForEach([&](uint32_t cell, int64_t n) {
        slot->Add(static_cast<Section>(kFirst + i), sums_[i].size, cell, n);
      });
    }
    for (size_t i = 0; i < keys_.size(); ++i) {
      const auto section = static_cast<SparseSection>(kFirstSparse + i);
      keys_[i].ForEach([&](uint32_t key, int64_t n) {
        slot->Add(section, key, n, SizeOf(section, 0));
      });
    }
  }

 private:
  static constexpr auto kFirst = static_cast<size_t>(Section::kPredicted);
  struct Sum {
    CellChanges cells;
    uint32_t size = 0;
  };
  static constexpr auto kFirstSparse =
      static_cast<size_t>(SparseSection::kPredictedScores);
  std::array<Sum, kSections - kFirst> sums_;
  std::array<CellChanges, 2> keys_;  // of predicted scores
  std::vector<Elsewhere> elsewhere_;
  std::vector<KeyElsewhere> keys_elsewhere_;
  int64_t place_ms_ = 0;
  bool empty_ = true;
};

// Changes of the sections of judged scores by pairs.
using JudgedSums = std::array<CellChanges, 2>;

// Scratch space of Publish.
struct WindowDeltas {
  WindowDelta group;   // all pairs that the group completed
  WindowDelta window;  // those of them that one window counts
  const UnlabelledChanges* unlabelled =
      nullptr;        // of the version; null for a slice
  JudgedSums judged;  // likewise, of all that it completed
  JudgedSums judged_of_some;
  // Changes of statistics by the pairs of the version, computed once if slices
  // count the pairs too. The changes of the pair at `place` end at ends[place].
  // `ends` is empty if the changes are not known.
  CellChangeList changes;
  std::vector<size_t> ends;

  void Know(const std::vector<WindowChanges::Completed>& pairs,
            const Counting& counting);
};

// One publication: the changes that a group makes to one model.
struct Publication {
  uint64_t generation;  // of the model's seqlock, which is open
  int64_t now_ms;
  const Counting& counting;
  bool by_prediction;  // the model's time windows go by prediction time
  WindowDeltas* scratch;
};

class Series {
 public:
  // `sees_all`: the series counts all pairs of its version.
  Series(bool sees_all, Reclaimer* reclaimer)
      : windows(reclaimer), sees_all_(sees_all) {}

  // [Writer]
  void AddWindow(const WindowSettings& settings, uint32_t first_age) {
    windows.Append(std::make_unique<Window>(settings, first_age, sees_all_));
  }
  // Keeps the wanted windows, adds missing ones and removes the others.
  void ChangeWindows(const std::vector<WindowSettings>& wanted,
                     uint32_t first_age, const Counting& counting);
  // Call before destruction. Releases the lists that the pairs in windows refer
  // to.
  void Release(const Counting& counting);
  // Adds the changes of a group to the windows. `next_number`: number of the
  // next pair of the version. REQUIRES: WindowDeltas::Know() was called for the
  // group. Leaves the sum of the completed pairs in the scratch space, and
  // keeps `changes`.
  void Publish(const Publication& to, uint64_t next_number);

  // See core/codec/archive.h. LoadFrom() REQUIRES: the series has no window.
  void SaveTo(Save& save, const StoredShape& shape) const;
  void LoadFrom(Load& load, const StoredShape& shape);

  WindowChanges changes;          // the writer's
  PublishedList<Window> windows;  // any thread reads

 private:
  template <class Archive, class Settings>
  static void Fields(Archive& archive, Settings& settings);
  bool CanHave(const WindowSettings& settings, size_t bytes) const;

  static void Release(Window* window, const Counting& counting);
  void SumUp(const Publication& to) const;
  void PublishTime(const Publication& to, Window* window) const;
  void PublishByPrediction(const Publication& to, Window* window) const;
  static void PublishUnlabelled(const Publication& to, Window* window);
  void PublishLastN(const Publication& to, uint64_t next_number,
                    Window* window) const;
  void PublishPast(const Publication& to, Window* window) const;

  const bool sees_all_;
};

// A part of a version's pairs: those whose predictions have these values of
// these segment keys.
struct Slice {
  using Labels = std::vector<std::pair<std::string, std::string>>;

  Slice(uint32_t segment, Labels labels, Reclaimer* reclaimer)
      : segment(segment), labels(std::move(labels)), series(false, reclaimer) {}

  const uint32_t segment;  // its number in the model
  const Labels labels;     // key and value
  Series series;
};

}  // namespace plumbline
