// Series: the windows of what is watched together: all pairs of a version, or
// those of one slice of it.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/sync/published_list.h"
#include "core/window/tally.h"
#include "core/window/window.h"

namespace plumbline {

// What a group has changed of a series. A pair has a place in time: where a
// model's windows go by the time of the prediction it is that, else the time at
// which the pair became complete. The place of a prediction is likewise the
// time that it says, or that of its receipt.
struct WindowChanges {
  struct Predicted {
    int64_t place_ms;
    uint64_t n;
  };
  struct Labelled {  // predictions that have their label now
    int64_t place_ms;
    uint32_t age;
    uint64_t n;
  };
  struct Completed {
    Observation observation;
    uint64_t number;
    int64_t place_ms;
    uint32_t age;
    uint32_t place;  // among those of its version in this group
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
  // The same place often comes many times in a row.
  void AddPredicted(int64_t place_ms);
  void AddLabelled(int64_t place_ms, uint32_t age);
};

// What a group has seen of the predictions of a version, labelled or not:
// summed, but for what has another place in time than the first.
class SeenChanges {
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
  // What has the first place.
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

// What pairs add to the sections of judged scores.
using JudgedSums = std::array<CellChanges, 2>;

// Scratch space of Publish.
struct Tallies {
  Tally group;                        // what the group completed
  Tally window;                       // what one window sees of it
  const SeenChanges* seen = nullptr;  // of the version; not for a slice
  JudgedSums judged;                  // likewise, of all that it completed
  JudgedSums judged_of_some;
  // What the pairs of the version add to statistics: computed once where slices
  // count them too. Those of the pair at `place` end at ends[place]; empty
  // where they are not known.
  CellChangeList changes;
  std::vector<size_t> ends;

  void Know(const std::vector<WindowChanges::Completed>& pairs,
            const Counting& counting);
};

// One publication: what a group has changed of one model.
struct Publication {
  uint64_t generation;  // of the model's gate, which is open
  int64_t now_ms;
  const Counting& counting;
  bool by_prediction;  // the model's time windows are
  Tallies* scratch;
};

class Series {
 public:
  // `sees_all`: pairs of its version.
  Series(bool sees_all, Reclaimer* reclaimer)
      : windows(reclaimer), sees_all_(sees_all) {}

  // [Writer]
  void AddWindow(const WindowSettings& settings, uint32_t first_age) {
    windows.Append(std::make_unique<Window>(settings, first_age, sees_all_));
  }
  // Keeps those that are wanted, and adds those that are not there.
  void ChangeWindows(const std::vector<WindowSettings>& wanted,
                     uint32_t first_age, const Counting& counting);
  // To be called before it goes: lets go what its pairs refer to.
  void Release(const Counting& counting);
  // Moves the changes of a group into the windows. `next_number`: that the next
  // pair of the version will have; the scratch space knows those of the group.
  // Leaves there what the group completed, and keeps the changes.
  void Publish(const Publication& to, uint64_t next_number);

  // See core/codec/archive.h. REQUIRES: to load, that it has no window.
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
  static void PublishSeen(const Publication& to, Window* window);
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
