// Checkpoint: what a state is made of, for both directions. Its parts are in
// checkpoint.cc and checkpoint_windows.cc.

#pragma once

#include <cstdint>
#include <vector>

#include "core/codec/archive.h"
#include "core/engine/checkpoint.h"
#include "core/model/state.h"

namespace plumbline {

// Has access to what is private in the parts.
class Checkpoint {
 public:
  static StateImage SaveAll(State& state);
  static bool LoadAll(const StateImage& image, State& state);
  static bool LoadModels(const StateImage& image, State& state);

 private:
  template <class Archive>
  static void Do(Archive& archive, AgeClock& ages);
  template <class Archive>
  static void Do(Archive& archive, Ledger& ledger);
  template <class Archive>
  static void Do(Archive& archive, State& state, Model& model);
  template <class Archive>
  static void Do(Archive& archive, State& state, Model& model,
                 Version& version);
  template <class Archive>
  static void DoCells(Archive& archive, Cells<StdAtomics>& cells,
                      uint32_t count);
  // What the slots of a model have.
  struct Shape {
    explicit Shape(const Model& of);

    const Model& model;
    uint32_t matrix;     // cells
    uint32_t marginals;  // likewise
    uint64_t generation = 0;
  };
  template <class Archive>
  static void DoSlot(Archive& archive, Slot<StdAtomics>& slot,
                     const Shape& shape, int64_t last);
  template <class Archive>
  static void Do(Archive& archive, SparseCounts& counts);
  template <class Archive>
  static void Do(Archive& archive, Slicing& slicing);
  template <class Archive, class Item>
  static void Do(Archive& archive, ListPool<Item>& pool, uint32_t classes);
  template <class Archive>
  static void Do(Archive& archive, std::vector<Threshold>& thresholds);
  static void SaveWindows(Save& save, Series& series, const Shape& shape);
  static void LoadWindows(Load& load, Model& model, Series& series,
                          Shape shape);
  static WindowSettings LoadWindowSettings(Load& load, const Series& series);
  static void RecountErrorSums(const Model& model, uint64_t generation,
                               LastNRing<StdAtomics>* ring);
  template <class Archive>
  static void DoWindowContent(Archive& archive, Window& window,
                              const Shape& shape);
  template <class Visit>
  static void ForEachBucket(Model& model, Visit visit);
  static void SaveAdditions(Save& save, Model& model);
  static void LoadAdditions(Load& load, Model& model);
  static void LoadSets(Load& load, Slicing& slicing);
  template <class Archive>
  static void DoOrigins(Archive& archive, Model& model);
  template <class Archive>
  static void DoHead(Archive& archive, State& state);
  static void SaveModel(Save& save, State& state, Model& model);
  static void LoadSlices(Load& load, State& state, Model& model,
                         Version& version);
  static void LoadClasses(Load& load, Model& model);
  static void LoadRepresentatives(Load& load, State& state, Model& model);
  static bool TakeOwner(State& state, uint32_t index, State::Owner owner);
  static void LoadModel(Load& load, State& state, uint32_t number,
                        int64_t revision);
};

}  // namespace plumbline
