#include "core/checkpoint.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "core/archive.h"
#include "core/metrics/regression.h"

namespace plumbline {

namespace {

// A head begins with the revision of all images, as a negative number. Those of
// revision 0, of stores of format 7, begin with the size of a list.
constexpr int64_t kRevision = 1;

int64_t RevisionOf(std::string_view head) {
  const auto first = ByteReader(head).Get<int64_t>();
  return first < 0 ? -first : 0;
}

// What follows it.
std::string_view ListsOf(std::string_view head) {
  return RevisionOf(head) > 0 ? head.substr(sizeof(int64_t)) : head;
}

}  // namespace

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
  template <class Archive>
  static void DoSlot(Archive& archive, Slot<StdAtomics>& slot,
                     uint64_t generation, uint32_t matrix, uint32_t marginals,
                     int64_t last);
  template <class Archive>
  static void Do(Archive& archive, SparseCounts& counts);
  template <class Archive>
  static void Do(Archive& archive, Slicing& slicing);
  template <class Archive, class Item>
  static void Do(Archive& archive, ListPool<Item>& pool);
  template <class Archive>
  static void Do(Archive& archive, std::vector<Threshold>& thresholds);
  static void SaveWindows(Save& save, Series& series, uint32_t matrix,
                          uint32_t marginals);
  static void LoadWindows(Load& load, Model& model, Series& series,
                          uint32_t matrix, uint32_t marginals);
  static void RecountErrorSums(const Model& model, uint64_t generation,
                               LastNRing<StdAtomics>* ring);
  template <class Archive>
  static void DoWindowContent(Archive& archive, Window& window,
                              uint64_t generation, uint32_t matrix,
                              uint32_t marginals);
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
  static void LoadRepresentatives(Load& load, Model& model);
  static void LoadModel(Load& load, State& state, uint32_t number,
                        int64_t revision);
};

// ---- What is counted by age ----

template <class Archive>
void Checkpoint::Do(Archive& archive, AgeClock& ages) {
  archive.Do(ages.horizon_ms_);
  archive.Do(ages.next_);
  archive.Do(ages.received_);
  archive.Do(ages.open_);
  for (auto n = DoCount(archive, ages.buckets_.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) ages.buckets_.emplace_back();
    AgeClock::Bucket& bucket = ages.buckets_[i];
    archive.Do(bucket.age);
    archive.Do(bucket.end_ms);
    // Ledgers mark what they use as they are loaded.
    if constexpr (Archive::kLoads) bucket.uses = 0;
  }
  if constexpr (Archive::kLoads) ages.NoteOrder();
}

template <class Archive>
void Checkpoint::Do(Archive& archive, Ledger& ledger) {
  for (auto n = DoCount(archive, ledger.buckets_.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) ledger.buckets_.emplace_back();
    Ledger::Bucket& bucket = ledger.buckets_[i];
    archive.Do(bucket.age);
    archive.Do(bucket.evicted);
    archive.Do(bucket.forgotten_below);
    archive.Do(bucket.counts);
    if constexpr (Archive::kLoads) {
      ledger.ages_->Use(bucket.age);
      ledger.total_.waiting += bucket.counts.waiting;
      ledger.total_.joined += bucket.counts.joined;
      ledger.total_.past += bucket.counts.past;
      ledger.total_.waiting_details += bucket.counts.waiting_details;
      ledger.total_.joined_details += bucket.counts.joined_details;
      *ledger.model_ += bucket.counts.total();
      *ledger.all_ += bucket.counts.total();
    }
  }
}

// ---- What is counted in windows ----

template <class Archive>
void Checkpoint::DoCells(Archive& archive, Cells<StdAtomics>& cells,
                         uint32_t count) {
  std::vector<uint64_t> values(count);
  if constexpr (!Archive::kLoads) cells.CopyTo(count, values.data());
  DoList(archive, values);
  if constexpr (Archive::kLoads) {
    if (values.size() != count) archive.Fail();
    for (uint32_t i = 0; i < values.size() && archive.ok(); ++i) {
      if (values[i] != 0) cells.Add(i, static_cast<int64_t>(values[i]));
    }
  }
}

template <class Archive>
void Checkpoint::Do(Archive& archive, SparseCounts& counts) {
  archive.Do(counts.level);
  std::vector<uint32_t> keys;
  std::vector<uint64_t> values;
  for (const auto& [key, value] : counts.entries) {
    keys.push_back(key);
    values.push_back(value);
  }
  DoList(archive, keys);
  DoList(archive, values);
  if constexpr (Archive::kLoads) {
    if (keys.size() != values.size()) return archive.Fail();
    for (size_t i = 0; i < keys.size(); ++i) {
      counts.entries.emplace_back(keys[i], values[i]);
    }
  }
}

template <class Archive>
void Checkpoint::DoSlot(Archive& archive, Slot<StdAtomics>& slot,
                        uint64_t generation, uint32_t matrix,
                        uint32_t marginals, int64_t last) {
  SlotCounts counts;
  counts.Reset(matrix, marginals);
  if constexpr (!Archive::kLoads) slot.CopyTo(&counts);
  archive.Do(counts.epoch);
  archive.Do(counts.predictions);
  archive.Do(counts.labelled);
  archive.Do(counts.observations);
  DoList(archive, counts.matrix);
  DoList(archive, counts.marginals);
  for (auto& section : counts.sections) DoList(archive, section);
  for (SparseCounts& section : counts.sparse) Do(archive, section);
  if constexpr (Archive::kLoads) {
    if (counts.matrix.size() != matrix ||
        counts.marginals.size() != marginals) {
      archive.Fail();
      return;
    }
    slot.Touch(generation);
    slot.Restart(counts.epoch);
    slot.AddPredictions(counts.predictions);
    slot.AddLabelled(counts.labelled);
    slot.AddObservations(counts.observations);
    for (uint32_t i = 0; i < matrix; ++i) {
      const auto n = static_cast<int64_t>(counts.matrix[i]);
      if (n != 0) slot.AddMatrix(i, n);
    }
    for (uint32_t i = 0; i < marginals; ++i) {
      const auto n = static_cast<int64_t>(counts.marginals[i]);
      if (n != 0) slot.AddMarginal(i, n);
    }
    for (size_t s = 0; s < kSections; ++s) {
      const auto& section = counts.sections[s];
      for (uint32_t i = 0; i < section.size(); ++i) {
        slot.Add(static_cast<Section>(s), static_cast<uint32_t>(section.size()),
                 i, static_cast<int64_t>(section[i]));
      }
    }
    for (const SparseSection section : kAllSparse) {
      const SparseCounts& sparse = counts.of(section);
      if (sparse.entries.size() > SizeOf(section, last).most) {
        return archive.Fail();
      }
      slot.Restore(section, sparse, SizeOf(section, last));
    }
  }
}

template <class Archive>
void Checkpoint::DoWindowContent(Archive& archive, Window& window,
                                 uint64_t generation, uint32_t matrix,
                                 uint32_t marginals) {
  if (auto* ring = window.time()) {
    for (size_t i = 0; i < ring->size_ && archive.ok(); ++i) {
      DoSlot(archive, ring->slots_[i], generation, matrix, marginals, 0);
    }
  } else {
    auto& last = *window.last_n();
    DoSlot(archive, *last.slot_, generation, matrix, marginals,
           static_cast<int64_t>(last.n_));
    DoList(archive, last.ring_);
    archive.Do(last.pushed_);
    DoList(archive, last.numbers_);
    if (last.ring_.size() > last.n_ ||
        last.numbers_.size() != (last.sees_all_ ? 0 : last.ring_.size())) {
      if constexpr (Archive::kLoads) archive.Fail();
    }
  }
}

// Stores can be older than the scaling of squares that no double holds: what
// takes a pair out now would not take out what it brought then.
void Checkpoint::RecountErrorSums(const Model& model, uint64_t generation,
                                  LastNRing<StdAtomics>* ring) {
  constexpr SparseSection kSums = SparseSection::kErrorSums;
  Slot<StdAtomics>& slot = ring->slot(generation);
  SparseCounts counts;
  slot.CopyTo(kSums, &counts);
  if (!HasRoundedSquares(counts)) return;
  Tally tally;
  ring->ForEach(
      [&](const Observation& o) { tally.Recount(o, 1, model.counting); });
  slot.Clear(kSums);
  tally.ForEachErrorSum([&](uint32_t key, int64_t delta) {
    slot.Add(kSums, key, delta, SizeOf(kSums, static_cast<int64_t>(ring->n())));
  });
}

void Checkpoint::SaveWindows(Save& save, Series& series, uint32_t matrix,
                             uint32_t marginals) {
  DoCount(save, series.windows.Get().size());
  for (Window* window : series.windows.Get()) {
    const WindowSettings& settings = window->settings();
    save.Text(settings.name);
    save.Do(settings.length_ms);
    save.Do(settings.last);
    save.Do(settings.slots);
    save.Do(settings.by_prediction);
    save.Do(window->first_age_);
    DoWindowContent(save, *window, 0, matrix, marginals);
  }
}

void Checkpoint::LoadWindows(Load& load, Model& model, Series& series,
                             uint32_t matrix, uint32_t marginals) {
  const uint64_t generation = model.gate.Open(0);
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    WindowSettings settings;
    uint32_t first_age = 0;
    load.Text(settings.name);
    load.Do(settings.length_ms);
    load.Do(settings.last);
    load.Do(settings.slots);
    load.Do(settings.by_prediction);
    load.Do(first_age);
    const bool time = settings.last == 0 && settings.slots > 0 &&
                      settings.slots <= 1000 &&
                      settings.length_ms >= settings.slots;
    const bool last_n = settings.last > 0 && settings.last <= 1'000'000;
    if (!load.ok() || (!time && !last_n)) return load.Fail();
    auto window =
        std::make_unique<Window>(settings, first_age, series.sees_all_);
    DoWindowContent(load, *window, generation, matrix, marginals);
    if (load.ok() && model.task == Task::kRegression && last_n) {
      RecountErrorSums(model, generation, window->last_n());
    }
    series.windows.Append(std::move(window));
  }
  model.gate.Close();
}

// ---- Models ----

template <class Archive>
void Checkpoint::Do(Archive& archive, std::vector<Threshold>& thresholds) {
  for (auto n = DoCount(archive, thresholds.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) thresholds.emplace_back();
    archive.Text(thresholds[i].text);
    archive.Do(thresholds[i].value);
    archive.Do(thresholds[i].first_age);
  }
}

// Between two groups, so that those without a holder are free.
template <class Archive, class Item>
void Checkpoint::Do(Archive& archive, ListPool<Item>& pool) {
  for (auto n = DoCount(archive, pool.entries_.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) pool.entries_.emplace_back();
    archive.Do(pool.entries_[i].holders);
    DoList(archive, pool.entries_[i].list);
    if constexpr (Archive::kLoads) {
      pool.entries_[i].used = pool.entries_[i].holders > 0;
    }
  }
  DoList(archive, pool.free_);
}

// The crossings are in the settings.
template <class Archive>
void Checkpoint::Do(Archive& archive, Slicing& slicing) {
  archive.Do(slicing.next_number_);
  auto segment = slicing.segments_.begin();
  for (auto n = DoCount(archive, slicing.segments_.size()); n > 0; --n) {
    Slicing::SegmentOf read{};
    Slicing::SegmentOf* one = &read;
    if constexpr (!Archive::kLoads) one = &(segment++)->second;
    archive.Do(one->number);
    archive.Do(one->is_other);
    for (auto k = DoCount(archive, one->labels.size()), i = uint64_t{0};
         i < k && archive.ok(); ++i) {
      if constexpr (Archive::kLoads) one->labels.emplace_back();
      archive.Text(one->labels[i].first);
      archive.Text(one->labels[i].second);
    }
    if (!archive.ok()) return;
    if constexpr (Archive::kLoads) {
      if (!read.is_other) ++slicing.counted_;
      const auto labels = read.labels;
      slicing.segments_.emplace(labels, std::move(read));
    }
  }
  for (auto n = DoCount(archive, slicing.sets_.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    // The first is there from the start.
    if constexpr (Archive::kLoads) {
      if (i > 0) slicing.sets_.emplace_back();
    }
    DoList(archive, slicing.sets_[i]);
    if constexpr (Archive::kLoads) {
      if (i > 0) {
        slicing.set_numbers_.emplace(slicing.sets_[i],
                                     static_cast<uint32_t>(i));
      }
    }
  }
}

template <class Archive>
void Checkpoint::Do(Archive& archive, State& state, Model& model) {
  std::array<uint64_t, kFirstModelCounts> counts{};
  if constexpr (!Archive::kLoads) {
    std::copy_n(model.counts.begin(), counts.size(), counts.begin());
  }
  archive.Do(counts);
  if constexpr (Archive::kLoads) {
    std::copy_n(counts.begin(), counts.size(), model.counts.begin());
  }
  archive.Do(model.next_number);
  archive.Do(model.last_event_ms);
  archive.Do(model.next_sample_ms);
  Do(archive, model.labels);
  Do(archive, model.past_labels);
  for (auto n = DoCount(archive, model.departed.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) {
      model.departed.push_back(
          {0, 0,
           std::make_unique<Ledger>(&state.prediction_ages_, &model.records,
                                    &state.records_)});
    }
    Departed& gone = model.departed[i];
    archive.Do(gone.owner);
    archive.Do(gone.until_ms);
    Do(archive, *gone.ledger);
    if constexpr (Archive::kLoads) {
      state.SetOwner(gone.owner, {gone.ledger.get(), &model, nullptr});
    }
  }
}

template <class Archive>
void Checkpoint::Do(Archive& archive, State& state, Model& model,
                    Version& version) {
  const uint32_t frozen_at =
      model.matrix_frozen_at.load(std::memory_order_relaxed);
  const uint32_t matrix =
      Model::MatrixCells(model.task, model.class_count(), frozen_at);
  const uint32_t marginals =
      Model::MarginalCells(model.task, model.class_count(), frozen_at);
  archive.Do(version.counts);
  archive.Do(version.last_event_ms);
  if constexpr (Archive::kLoads) {
    model.ConfigureDetectors(state.settings().For(model.name), &version, 0,
                             &state.reclaimer_);
  }
  version.detectors.Do(archive);
  version.figures.Do(archive);
  if constexpr (Archive::kLoads) version.figures.Publish(&state.reclaimer_);
  version.drift.Do(archive, &state.reclaimer_);
  Do(archive, *version.ledger);
  DoCells(archive, version.outcomes, matrix);
  DoCells(archive, version.withdrawn, matrix);
  if constexpr (Archive::kLoads) {
    LoadWindows(archive, model, version.series, matrix, marginals);
    for (uint64_t n = DoCount(archive, 0); n > 0 && archive.ok(); --n) {
      uint32_t segment = 0;
      archive.Do(segment);
      Slice::Labels labels;
      for (const auto& [key, one] : model.slicing.segments_) {
        if (one.number == segment) labels = key;
      }
      if (labels.empty()) return archive.Fail();
      Slice* slice = version.slices.Append(
          std::make_unique<Slice>(segment, labels, &state.reclaimer_));
      LoadWindows(archive, model, slice->series, matrix, marginals);
    }
    version.estimates.Configure(
        model.IsEstimated(state.settings().For(model.name)), version.series, 0);
    state.Touch(&model, &version);
  } else {
    SaveWindows(archive, version.series, matrix, marginals);
    DoCount(archive, version.slices.Get().size());
    for (Slice* slice : version.slices.Get()) {
      archive.Do(slice->segment);
      SaveWindows(archive, slice->series, matrix, marginals);
    }
  }
  version.estimates.Do(archive);
}

template <class Archive>
void Checkpoint::DoOrigins(Archive& archive, Model& model) {
  constexpr auto relaxed = std::memory_order_relaxed;
  auto positive_origin = model.positive_origin.load(relaxed);
  auto task_origin = model.task_origin.load(relaxed);
  int64_t task_since_ms = model.task_since_ms;
  DoEnum(archive, positive_origin, PositiveOrigin::kEnded);
  DoEnum(archive, task_origin, TaskOrigin::kOpen);
  archive.Do(task_since_ms);
  DoList(archive, model.early_labels);
  if constexpr (Archive::kLoads) {
    model.positive_origin.store(positive_origin, relaxed);
    model.SetTask(model.task, task_origin, task_since_ms);
    model.is_settled = !model.IsTaskOpen() && model.early_labels.empty();
  }
}

// What stands behind all else of a model, each part behind its tag, and only
// where it says something: what was written before is read alike.
enum class Addition : uint8_t { kRetired = 1, kSets = 2, kEvicted = 3 };

template <class Visit>
void Checkpoint::ForEachBucket(Model& model, Visit visit) {
  for (Ledger::Bucket& bucket : model.labels.buckets_) visit(bucket);
  for (Version* version : model.versions.Get()) {
    for (Ledger::Bucket& bucket : version->ledger->buckets_) visit(bucket);
  }
}

void Checkpoint::SaveAdditions(Save& save, Model& model) {
  bool evicted = false;
  ForEachBucket(model, [&evicted](const Ledger::Bucket& bucket) {
    evicted = evicted || bucket.evicted_below > 0;
  });
  if (evicted) {
    save.Do(Addition::kEvicted);
    ForEachBucket(model, [&save](Ledger::Bucket& bucket) {
      save.Do(bucket.evicted_below);
    });
  }
  if (model.counts[kRetiredVersions] > 0) {
    save.Do(Addition::kRetired);
    save.Do(model.counts[kRetiredVersions]);
    save.Do(model.counts[kRetiredPendingPredictions]);
  }
  const Slicing& slicing = model.slicing;
  if (!slicing.retired_sets_.empty() || !slicing.free_sets_.empty()) {
    save.Do(Addition::kSets);
    DoCount(save, slicing.retired_sets_.size());
    for (const auto& [set, first_age] : slicing.retired_sets_) {
      save.Do(set);
      save.Do(first_age);
    }
    DoCount(save, slicing.free_sets_.size());
    for (const uint32_t set : slicing.free_sets_) save.Do(set);
  }
}

void Checkpoint::LoadSets(Load& load, Slicing& slicing) {
  slicing.retired_sets_.clear();
  const auto next = [&] {
    uint32_t set = 0;
    load.Do(set);
    if (set == Slicing::kNoSet || set >= slicing.sets_.size()) load.Fail();
    return set;
  };
  for (auto n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    Slicing::RetiredSet retired{next(), 0};
    load.Do(retired.first_age);
    slicing.retired_sets_.push_back(retired);
  }
  for (auto n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    slicing.free_sets_.push_back(next());
  }
  slicing.set_numbers_.erase(std::vector<uint32_t>());
}

void Checkpoint::LoadAdditions(Load& load, Model& model) {
  while (load.ok() && !load.AtEnd()) {
    Addition addition{};
    load.Do(addition);
    switch (addition) {
      case Addition::kRetired:
        load.Do(model.counts[kRetiredVersions]);
        load.Do(model.counts[kRetiredPendingPredictions]);
        break;
      case Addition::kSets:
        LoadSets(load, model.slicing);
        break;
      case Addition::kEvicted:
        ForEachBucket(model, [&load](Ledger::Bucket& bucket) {
          load.Do(bucket.evicted_below);
        });
        break;
      default:
        return load.Fail();
    }
  }
}

void Checkpoint::SaveModel(Save& save, State& state, Model& model) {
  save.Text(model.name);
  save.Do(model.owner);
  save.Do(model.task);
  DoCount(save, model.classes.Get().size());
  for (const std::string* name : model.classes.Get()) save.Text(*name);
  const std::string* positive =
      model.positive_class.load(std::memory_order_relaxed);
  save.Do(positive != nullptr);
  save.Text(positive != nullptr ? *positive : "");
  save.Do(model.matrix_frozen_at.load(std::memory_order_relaxed));
  save.Do(model.scored);
  save.Do(model.class_scored);
  Do(save, model.scores);
  Do(save, model.sets);
  save.Do(model.counting.scores_from);
  Do(save, model.counting.thresholds);
  Do(save, model.slicing);
  Do(save, state, model);
  DoCount(save, model.versions.Get().size());
  for (Version* version : model.versions.Get()) {
    save.Text(version->name);
    save.Do(version->owner);
    Do(save, state, model, *version);
  }
  const ClassMap* map = model.class_map.load(std::memory_order_relaxed);
  DoList(save, map != nullptr ? map->representative : std::vector<uint32_t>());
  DoOrigins(save, model);
  SaveAdditions(save, model);
}

void Checkpoint::LoadRepresentatives(Load& load, Model& model) {
  std::vector<uint32_t> representative;
  DoList(load, representative);
  if (representative.empty()) return;
  if (representative.size() != model.class_count()) return load.Fail();
  for (const uint32_t c : representative) {
    if (c >= representative.size() || representative[c] != c) {
      return load.Fail();
    }
  }
  model.class_map.store(new ClassMap(ClassMap::Of(std::move(representative))),
                        std::memory_order_release);
  model.IndexClasses();
  model.UpdateCounting();
}

void Checkpoint::LoadModel(Load& load, State& state, uint32_t number,
                           int64_t revision) {
  std::string name;
  uint32_t owner = 0;
  Task task{};
  load.Text(name);
  load.Do(owner);
  DoEnum(load, task, Task::kMultilabel);
  Model* model = state.models_.Insert(
      std::make_unique<Model>(name, number, owner, task, &state.reclaimer_,
                              &state.prediction_ages_, &state.label_ages_,
                              &state.records_),
      [](const Model* a, const Model* b) { return a->name < b->name; });
  state.by_name_.emplace(model->name, model);
  state.SetOwner(owner, {&model->labels, model, nullptr});
  state.SetOwner(model->past_owner(), {&model->past_labels, model, nullptr});
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    std::string text;
    load.Text(text);
    model->AddClass(text, INT64_MAX);
  }
  bool has_positive = false;
  std::string positive;
  uint32_t frozen_at = 0;
  load.Do(has_positive);
  load.Text(positive);
  load.Do(frozen_at);
  if (has_positive) {
    model->SetPositiveClass(positive, 0, 0, &state.reclaimer_);
  }
  if (frozen_at > model->class_count()) return load.Fail();
  model->matrix_frozen_at.store(frozen_at, std::memory_order_release);
  load.Do(model->scored);
  load.Do(model->class_scored);
  Do(load, model->scores);
  Do(load, model->sets);
  load.Do(model->counting.scores_from);
  Do(load, model->counting.thresholds);
  Do(load, model->slicing);
  model->Configure(state.settings().For(model->name), 0, 0, &state.reclaimer_);
  // What was written before sets retired may have some.
  for (auto& retired : model->slicing.retired_sets_) {
    retired.first_age = state.prediction_ages_.next_;
  }
  Do(load, state, *model);
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    std::string version_name;
    uint32_t version_owner = 0;
    load.Text(version_name);
    load.Do(version_owner);
    Version* version = model->versions.Append(std::make_unique<Version>(
        version_name, version_owner, &state.reclaimer_, &state.prediction_ages_,
        &model->records, &state.records_));
    state.SetOwner(version_owner, {version->ledger.get(), model, version});
    Do(load, state, *model, *version);
  }
  const bool is_former = revision == 0;
  if (!is_former) LoadRepresentatives(load, *model);
  state.UniteClasses(model);
  if (is_former) {
    state.CompleteOld(model);
  } else {
    DoOrigins(load, *model);
    LoadAdditions(load, *model);
  }
  state.Touch(model);
  state.Recharge(model);
  model->TakeUnsaved();
  model->unsaved = is_former;
}

// ---- The whole ----

template <class Archive>
void Checkpoint::DoHead(Archive& archive, State& state) {
  if constexpr (Archive::kLoads) {
    std::string bytes;
    archive.Text(bytes);
    auto settings = DecodeSettings(bytes);
    if (!settings) return archive.Fail();
    state.settings_ = std::make_unique<const Settings>(*std::move(settings));
  } else {
    archive.Text(EncodeSettings(*state.settings_));
  }
  archive.Do(state.now_ms_);
  archive.Do(state.next_retirement_ms_);
  archive.Do(state.next_departure_ms_);
  archive.Do(state.forgotten_until_ms_);
  archive.Do(state.next_model_number_);
  auto owners = static_cast<uint32_t>(state.owners_.size());
  archive.Do(owners);
  if constexpr (Archive::kLoads) {
    constexpr uint32_t kMostOwners = 1 << 26;  // some GiB
    if (owners > kMostOwners) return archive.Fail();
    state.owners_.resize(owners);
  }
  Do(archive, state.prediction_ages_);
  Do(archive, state.label_ages_);
}

StateImage Checkpoint::SaveAll(State& state) {
  StateImage image;
  Save save(&image.head);
  // First, so that ModelsOf() need not know the rest.
  std::vector<uint32_t> numbers;
  for (Model* model : state.models_.Get()) {
    numbers.push_back(model->number);
    if (!model->TakeUnsaved()) continue;
    Save save_model(&image.models[model->number]);
    SaveModel(save_model, state, *model);
  }
  save.Do(-kRevision);
  DoList(save, numbers);
  DoHead(save, state);
  return image;
}

bool Checkpoint::LoadAll(const StateImage& image, State& state) {
  const int64_t revision = RevisionOf(image.head);
  Load load(ListsOf(image.head));
  std::vector<uint32_t> numbers;
  DoList(load, numbers);
  DoHead(load, state);
  if (revision > kRevision || !load.ok() || !load.AtEnd()) return false;
  return LoadModels(image, state);
}

bool Checkpoint::LoadModels(const StateImage& image, State& state) {
  const int64_t revision = RevisionOf(image.head);
  for (const uint32_t number : ModelsOf(image.head)) {
    const auto model = image.models.find(number);
    if (model == image.models.end()) return false;
    Load load_model(model->second);
    LoadModel(load_model, state, number, revision);
    if (!load_model.ok() || !load_model.AtEnd()) return false;
  }
  return true;
}

StateImage SaveState(State* state) { return Checkpoint::SaveAll(*state); }

std::vector<uint32_t> ModelsOf(const std::string& head) {
  Load load(ListsOf(head));
  std::vector<uint32_t> numbers;
  DoList(load, numbers);
  return load.ok() ? numbers : std::vector<uint32_t>();
}

bool LoadModels(const StateImage& image, State* state) {
  return Checkpoint::LoadModels(image, *state);
}

bool LoadState(const StateImage& image, State* state) {
  if (!Checkpoint::LoadAll(image, *state)) return false;
  state->Publish();
  return true;
}

}  // namespace plumbline
