#include "core/engine/checkpoint.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/codec/time_range.h"
#include "core/engine/checkpoint_checks.h"
#include "core/engine/checkpoint_parts.h"
#include "core/settings/settings_range.h"

namespace plumbline {
namespace {

// A bound on what is believed, so that bytes of memory can be computed.
constexpr uint64_t kMostRecords = uint64_t{1} << 44;

// A head begins with the revision of all images, as a negative number. Those of
// revision 0, of stores of format 7, begin with the size of a list.
constexpr int64_t kRevision = 1;

// One beyond those that there are, of what a later version wrote.
int64_t RevisionOf(std::string_view head) {
  const auto first = ByteReader(head).Get<int64_t>();
  return first < 0 ? -std::max(first, -kRevision - 1) : 0;
}

// What follows it.
std::string_view ListsOf(std::string_view head) {
  return RevisionOf(head) > 0 ? head.substr(sizeof(int64_t)) : head;
}

}  // namespace

// ---- What is counted by age ----

template <class Archive>
void Checkpoint::Do(Archive& archive, AgeClock& ages) {
  DoBetween(archive, ages.horizon_ms_, range::kHorizonMs.least,
            range::kHorizonMs.most);
  archive.Do(ages.next_);
  DoBetween(archive, ages.received_, 0, int64_t{kMostRecords});
  archive.Do(ages.open_);
  for (auto n = DoCount(archive, ages.buckets_.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) ages.buckets_.emplace_back();
    AgeClock::Bucket& bucket = ages.buckets_[i];
    archive.Do(bucket.age);
    DoBetween(archive, bucket.end_ms, 1, kLastTimeMs + range::kHorizonMs.most);
    if constexpr (Archive::kLoads) {
      // Ledgers mark what they use as they are loaded.
      bucket.uses = 0;
      const bool in_order = i == 0 || ages.buckets_[i - 1].age < bucket.age;
      if (!in_order || bucket.age >= ages.next_) archive.Fail();
    }
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
      if (i > 0 && ledger.buckets_[i - 1].age >= bucket.age) archive.Fail();
      const Ledger::Counts& of = bucket.counts;
      if (std::max({of.waiting, of.joined, of.past, of.waiting_details,
                    of.joined_details}) > kMostRecords) {
        archive.Fail();
      }
      if (!archive.ok()) return;
      ledger.ages_->Use(bucket.age);
      ledger.total_.waiting += bucket.counts.waiting;
      ledger.total_.joined += bucket.counts.joined;
      ledger.total_.past += bucket.counts.past;
      ledger.total_.waiting_details += bucket.counts.waiting_details;
      ledger.total_.joined_details += bucket.counts.joined_details;
      *ledger.model_ += bucket.counts.total();
      *ledger.all_ += bucket.counts.total();
      if (*ledger.all_ > kMostRecords) archive.Fail();
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

// ---- Models ----

template <class Archive>
void Checkpoint::Do(Archive& archive, std::vector<Threshold>& thresholds) {
  for (auto n = DoCount(archive, thresholds.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) thresholds.emplace_back();
    archive.Text(thresholds[i].text);
    DoBetween(archive, thresholds[i].value, 0, 1);
    archive.Do(thresholds[i].first_age);
  }
}

// Between two groups, so that those without a holder are free.
template <class Archive, class Item>
void Checkpoint::Do(Archive& archive, ListPool<Item>& pool,
                    [[maybe_unused]] uint32_t classes) {
  for (auto n = DoCount(archive, pool.entries_.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) pool.entries_.emplace_back();
    archive.Do(pool.entries_[i].holders);
    DoList(archive, pool.entries_[i].list);
    if constexpr (Archive::kLoads) {
      pool.entries_[i].used = pool.entries_[i].holders > 0;
      if (!IsSound(pool.entries_[i].list, classes)) archive.Fail();
    }
  }
  DoList(archive, pool.free_);
  if constexpr (Archive::kLoads) {
    for (const uint32_t number : pool.free_) {
      if (!pool.Has(number) || pool.entries_[number].used) archive.Fail();
    }
  }
}

// The crossings are in the settings.
template <class Archive>
void Checkpoint::Do(Archive& archive, Slicing& slicing) {
  DoBetween(archive, slicing.next_number_, 1, UINT32_MAX);
  auto segment = slicing.segments_.begin();
  for (auto n = DoCount(archive, slicing.segments_.size()); n > 0; --n) {
    Slicing::SegmentOf read{};
    Slicing::SegmentOf* one = &read;
    if constexpr (!Archive::kLoads) one = &(segment++)->second;
    DoBetween(archive, one->number, 1, slicing.next_number_ - 1);
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
      const bool is_new =
          slicing.segments_.emplace(labels, std::move(read)).second;
      if (labels.empty() || !is_new) return archive.Fail();
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
      const auto& set = slicing.sets_[i];
      // A free one is empty, too.
      if ((i == 0 && !set.empty()) || set.size() > range::kMostSlices ||
          i >= Slicing::kMostSets) {
        return archive.Fail();
      }
      if (i > 0) slicing.set_numbers_.emplace(set, static_cast<uint32_t>(i));
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
      if (!TakeOwner(state, gone.owner, {gone.ledger.get(), &model, nullptr})) {
        return archive.Fail();
      }
    }
  }
}

template <class Archive>
void Checkpoint::Do(Archive& archive, State& state, Model& model,
                    Version& version) {
  const Shape shape(model);
  archive.Do(version.counts);
  archive.Do(version.last_event_ms);
  if constexpr (Archive::kLoads) {
    model.ConfigureDetectors(state.settings().For(model.name), &version, 0);
  }
  version.detectors.Do(archive);
  version.figures.Do(archive);
  // Nothing is made of what is damaged.
  if (!archive.ok()) return;
  if constexpr (Archive::kLoads) version.figures.Publish(&state.reclaimer_);
  version.drift.Do(archive, &state.reclaimer_);
  Do(archive, *version.ledger);
  DoCells(archive, version.outcomes, shape.matrix);
  DoCells(archive, version.withdrawn, shape.matrix);
  if constexpr (Archive::kLoads) {
    if (!archive.ok() || !AreTimesSound(version)) return archive.Fail();
    LoadWindows(archive, model, version.series, shape);
    LoadSlices(archive, state, model, version);
    version.estimates.Configure(
        model.IsEstimated(state.settings().For(model.name)), version.series, 0);
    state.Touch(&model, &version);
  } else {
    SaveWindows(archive, version.series, shape);
    DoCount(archive, version.slices.Get().size());
    for (Slice* slice : version.slices.Get()) {
      archive.Do(slice->segment);
      SaveWindows(archive, slice->series, shape);
    }
  }
  version.estimates.Do(archive);
}

void Checkpoint::LoadSlices(Load& load, State& state, Model& model,
                            Version& version) {
  std::unordered_map<uint32_t, const Slice::Labels*> segments;  // without slice
  for (const auto& [labels, segment] : model.slicing.segments_) {
    segments.emplace(segment.number, &labels);
  }
  std::vector<std::unique_ptr<Slice>> slices;
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    uint32_t number = 0;
    load.Do(number);
    const auto segment = segments.extract(number);
    if (segment.empty()) return load.Fail();
    slices.push_back(
        std::make_unique<Slice>(number, *segment.mapped(), &state.reclaimer_));
    LoadWindows(load, model, slices.back()->series, Shape(model));
  }
  version.slices.AppendAll(std::move(slices));
}

template <class Archive>
void Checkpoint::DoOrigins(Archive& archive, Model& model) {
  constexpr auto relaxed = std::memory_order_relaxed;
  auto positive_origin = model.positive_origin.load(relaxed);
  auto task_origin = model.task_origin.load(relaxed);
  int64_t task_since_ms = model.task_since_ms;
  DoEnum(archive, positive_origin, PositiveOrigin::kEnded);
  DoEnum(archive, task_origin, TaskOrigin::kOpen);
  DoTime(archive, task_since_ms);
  DoList(archive, model.early_labels);
  if constexpr (Archive::kLoads) {
    const bool is_open = task_origin == TaskOrigin::kOpen;
    if ((is_open && !model.versions.Get().empty()) ||
        !AreEarlyLabelsSound(model, is_open)) {
      return archive.Fail();
    }
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
  std::vector<bool> known(slicing.sets_.size());
  known[Slicing::kNoSet] = true;
  const auto next = [&] {
    uint32_t set = 0;
    load.Do(set);
    if (!slicing.HasSet(set) || known[set]) {
      load.Fail();
    } else {
      known[set] = true;
    }
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
  const std::string* positive = model.positive_class.Get();
  save.Do(positive != nullptr);
  save.Text(positive != nullptr ? *positive : "");
  save.Do(model.matrix_frozen_at.load(std::memory_order_relaxed));
  save.Do(model.scored);
  save.Do(model.class_scored);
  Do(save, model.scores, model.class_count());
  Do(save, model.sets, model.class_count());
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
  const ClassMap* map = model.class_map.Get();
  DoList(save, map != nullptr ? map->representative : std::vector<uint32_t>());
  DoOrigins(save, model);
  SaveAdditions(save, model);
}

void Checkpoint::LoadClasses(Load& load, Model& model) {
  constexpr uint64_t kMost = 0xffff;  // as observations have them
  std::vector<std::unique_ptr<const std::string>> classes;
  const uint64_t count = DoCount(load, 0);
  if (count > kMost) return load.Fail();
  while (classes.size() < count && load.ok()) {
    std::string text;
    load.Text(text);
    classes.push_back(std::make_unique<const std::string>(std::move(text)));
  }
  model.classes.AppendAll(std::move(classes));
  model.IndexClasses();
  model.UpdateCounting();
  if (model.class_index.size() != model.class_count()) load.Fail();
}

// False if there cannot be one of this number, or is another one.
bool Checkpoint::TakeOwner(State& state, uint32_t index, State::Owner owner) {
  if (index == 0 || !state.HasOwner(index) ||
      state.owners_[index].model != nullptr) {
    return false;
  }
  state.owners_.Set(index, owner);
  return true;
}

void Checkpoint::LoadRepresentatives(Load& load, State& state, Model& model) {
  std::vector<uint32_t> representative;
  DoList(load, representative);
  if (representative.empty()) return;
  if (representative.size() != model.class_count()) return load.Fail();
  for (const uint32_t c : representative) {
    if (c >= representative.size() || representative[c] != c) {
      return load.Fail();
    }
  }
  model.class_map.Publish(
      std::make_unique<const ClassMap>(ClassMap::Of(std::move(representative))),
      &state.reclaimer_);
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
      std::make_unique<Model>(name, number, owner, task, state.commons()),
      [](const PublishedModel* a, const PublishedModel* b) {
        return a->name < b->name;
      });
  if (!state.by_name_.emplace(model->name, model).second ||
      !TakeOwner(state, owner, {&model->labels, model, nullptr}) ||
      !TakeOwner(state, model->past_owner(),
                 {&model->past_labels, model, nullptr})) {
    return load.Fail();
  }
  LoadClasses(load, *model);
  bool has_positive = false;
  std::string positive;
  uint32_t frozen_at = 0;
  load.Do(has_positive);
  load.Text(positive);
  load.Do(frozen_at);
  if (has_positive) {
    model->SetPositiveClass(positive, 0, 0);
  }
  // A matrix is of so many classes at most.
  const uint32_t side = frozen_at > 0 ? frozen_at : model->class_count();
  if (frozen_at > model->class_count() ||
      (task == Task::kClassification && side > range::kMatrixClasses.most)) {
    return load.Fail();
  }
  model->matrix_frozen_at.store(frozen_at, std::memory_order_release);
  load.Do(model->scored);
  load.Do(model->class_scored);
  Do(load, model->scores, model->class_count());
  Do(load, model->sets, model->class_count());
  load.Do(model->counting.scores_from);
  Do(load, model->counting.thresholds);
  Do(load, model->slicing);
  if (!load.ok()) return;
  model->Configure(state.settings().For(model->name), 0, 0);
  // What was written before sets retired may have some.
  for (auto& retired : model->slicing.retired_sets_) {
    retired.first_age = state.prediction_ages_.next_;
  }
  Do(load, state, *model);
  if (!AreTimesSound(*model)) load.Fail();
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    std::string version_name;
    uint32_t version_owner = 0;
    load.Text(version_name);
    load.Do(version_owner);
    const auto& others = model->versions.Get();
    if (!others.empty() && others.back()->name >= version_name) {
      return load.Fail();
    }
    Version* version = model->versions.Append(std::make_unique<Version>(
        version_name, version_owner, state.commons(), &model->records));
    if (!TakeOwner(state, version_owner,
                   {version->ledger.get(), model, version})) {
      return load.Fail();
    }
    Do(load, state, *model, *version);
  }
  if (!load.ok()) return;
  const bool is_former = revision == 0;
  if (!is_former) LoadRepresentatives(load, state, *model);
  if (!load.ok()) return;
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
  DoTime(archive, state.now_ms_);
  DoBetween(archive, state.next_retirement_ms_, 0, INT64_MAX);
  DoBetween(archive, state.next_departure_ms_, 0, INT64_MAX);
  DoTime(archive, state.forgotten_until_ms_);
  archive.Do(state.next_model_number_);
  constexpr uint32_t kMostOwners = 1 << 26;  // as many as are believed
  uint32_t owners = state.owners_.size();
  DoBetween(archive, owners, 1, kMostOwners);
  if constexpr (Archive::kLoads) {
    if (archive.ok()) state.owners_.Grow(owners);
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
