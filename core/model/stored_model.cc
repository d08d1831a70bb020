// Serialises one model: all of it except its pairs and its history.
//
// Loading first rebuilds what follows from classes, counting and settings, and
// then fills it.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/model/sound_windows.h"
#include "core/model/state.h"
#include "core/model/stored_parts.h"
#include "core/settings/settings_range.h"

namespace plumbline {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// What format 8 has of these counts before the histogram.
constexpr size_t kFormerCounts = 10;

template <class Archive>
void DoCounts(Archive& archive, Model& model) {
  if constexpr (Archive::kLoads) {
    if (archive.is_former()) {
      LoadRow(archive, &model.counts[0], kFormerCounts);
      LoadRow(archive, &model.counts[kDelay], HistogramCells(kDelayBounds));
    }
  }
  archive.Added(15,
                [&] { DoRow(archive, model.counts.data(), size_t{kDelay}); });
  archive.Added(
      16, [&] { DoHistogram(archive, kDelayBounds, &model.counts[kDelay]); });
  archive.Added(17, model.counts[kRetiredVersions]);
  archive.Added(18, model.counts[kRetiredPendingPredictions]);
}

void LoadClasses(Load& load, Model* model) {
  constexpr uint64_t kMost = 0xffff;  // limit of an observation's class index
  std::vector<std::unique_ptr<const std::string>> classes;
  load.Field(4, [&] {
    const uint64_t count = DoCount(load, 0);
    if (count > kMost) return load.Fail();
    while (classes.size() < count && load.ok()) {
      std::string text;
      load.Text(text);
      classes.push_back(std::make_unique<const std::string>(std::move(text)));
    }
  });
  model->classes.AppendAll(std::move(classes));
  model->IndexClasses();
  model->UpdateCounting();
  if (model->class_index.size() != model->class_count()) load.Fail();
}

void LoadRepresentatives(Load& load, Model* model) {
  std::vector<uint32_t> representative;
  load.Field(25, representative);
  if (representative.empty()) return;
  if (representative.size() != model->class_count()) return load.Fail();
  for (const uint32_t c : representative) {
    if (c >= representative.size() || representative[c] != c) {
      return load.Fail();
    }
  }
  model->class_map.Publish(
      std::make_unique<const ClassMap>(ClassMap::Of(std::move(representative))),
      model->classes.reclaimer());
  model->IndexClasses();
  model->UpdateCounting();
}

// The scores and sets that last-N windows refer to, and which pairs are counted
// by score, threshold and slice.
template <class Archive>
void DoCounting(Archive& archive, Model& model) {
  archive.Field(8, model.scored);
  archive.Field(9, model.class_scored);
  archive.Field(10, [&] { model.scores.Fields(archive, model.class_count()); });
  archive.Field(11, [&] { model.sets.Fields(archive, model.class_count()); });
  archive.Field(12, model.counting.scores_from);
  archive.Field(13, [&] {
    DoEach(archive, model.counting.thresholds,
           [&](Threshold& threshold) { threshold.Fields(archive); });
  });
  archive.Field(14, [&] { model.slicing.Fields(archive); });
}

struct Origins {
  PositiveOrigin positive{};
  TaskOrigin task{};
  int64_t task_since_ms = 0;
};
template <class Archive>
void DoOrigins(Archive& archive, Origins& origins, Model& model) {
  archive.Field(
      26, [&] { DoEnum(archive, origins.positive, PositiveOrigin::kEnded); });
  archive.Field(27, [&] { DoEnum(archive, origins.task, TaskOrigin::kOpen); });
  archive.Field(28, [&] { DoTime(archive, origins.task_since_ms); });
  archive.Field(29, model.early_labels);
}

// Format 8 stores these behind all else, each behind its own tag.
enum class FormerAddition : uint8_t { kRetired = 1, kSets = 2, kEvicted = 3 };

void LoadFormerAdditions(Load& load, Model* model) {
  while (load.ok() && !load.AtEnd()) {
    FormerAddition addition{};
    load.Do(addition);
    switch (addition) {
      case FormerAddition::kRetired:
        load.Do(model->counts[kRetiredVersions]);
        load.Do(model->counts[kRetiredPendingPredictions]);
        break;
      case FormerAddition::kSets:
        model->slicing.LoadRetired(load);
        break;
      case FormerAddition::kEvicted:
        model->labels.LoadEvictedBelow(&load);
        for (Version* version : model->versions.Get()) {
          version->age_counts->LoadEvictedBelow(&load);
        }
        break;
      default:
        return load.Fail();
    }
  }
}

}  // namespace

template <class Archive>
void State::LedgerFields(Archive& archive, Model& model) const {
  archive.Field(19, model.next_number);
  archive.Field(20, model.last_event_ms);
  archive.Field(21, model.next_sample_ms);
  archive.Field(22, [&] { model.labels.Fields(archive); });
  archive.Field(23, [&] { model.past_labels.Fields(archive); });
}

// ---- Saving ----

void State::SaveModel(Save& save, Model& model) const {
  SaveModel(save, model, StoredShapeOf(model));
}

void State::SaveAhead(Save& save, Model& model, PartPlaces* places) const {
  StoredShape shape = StoredShapeOf(model);
  places->generation = model.seqlock.generation();
  places->matrix = shape.matrix;
  places->marginals = shape.marginals;
  shape.places = places;
  SaveModel(save, model, shape);
}

void State::SaveSince(Save& save, Model& model, const PartPlaces& ahead,
                      PartGaps* gaps) const {
  StoredShape shape = StoredShapeOf(model);
  if (shape.matrix == ahead.matrix && shape.marginals == ahead.marginals) {
    shape.gaps = gaps;
  }
  SaveModel(save, model, shape);
}

void State::SaveModel(Save& save, Model& model,
                      const StoredShape& shape) const {
  const std::string* positive = model.positive_class.Get();
  const ClassMap* map = model.class_map.Get();
  Origins origins{model.positive_origin.load(kRelaxed),
                  model.task_origin.load(kRelaxed), model.task_since_ms};
  save.Header();
  save.Part("a model", [&] {
    save.Field(1, model.name);
    save.Field(2, model.owner);
    save.Field(3, model.task);
    save.Field(4, [&] {
      DoCount(save, model.classes.Get().size());
      for (const std::string* name : model.classes.Get()) save.Text(*name);
    });
    save.Field(5, positive != nullptr);
    save.Field(6, positive != nullptr ? *positive : std::string());
    save.Field(7, model.matrix_frozen_at.load(kRelaxed));
    DoCounting(save, model);
    DoCounts(save, model);
    LedgerFields(save, model);
    save.Field(24, [&] {
      DoEach(save, model.deleted_versions, [&](DeletedVersion& gone) {
        save.Part("a deleted version", [&] {
          save.Field(1, gone.owner);
          save.Field(2, gone.until_ms);
          save.Field(3, [&] { gone.age_counts->Fields(save); });
        });
      });
    });
    save.Field(30, [&] {
      DoCount(save, model.versions.Get().size());
      for (Version* version : model.versions.Get()) {
        SaveVersion(save, model, *version, shape);
      }
    });
    if (map != nullptr) save.Field(25, map->representative);
    DoOrigins(save, origins, model);
    save.Added(31, [&] { model.slicing.SaveRetired(save); });
  });
}

// ---- Loading ----

// False if the index is invalid, or has an owner already.
bool State::TakeOwner(uint32_t index, Owner owner) {
  if (index == 0 || !HasOwner(index) || owners_[index].model != nullptr) {
    return false;
  }
  owners_.Set(index, owner);
  return true;
}

Model* State::AddLoaded(Load& load, uint32_t number) {
  std::string name;
  uint32_t owner = 0;
  Task task{};
  load.Field(1, name);
  load.Field(2, owner);
  load.Field(3, [&] { DoEnum(load, task, Task::kMultilabel); });
  Model* model = models_.Insert(
      std::make_unique<Model>(name, number, owner, task, commons()),
      [](const PublishedModel* a, const PublishedModel* b) {
        return a->name < b->name;
      });
  if (!by_name_.emplace(model->name, model).second ||
      !TakeOwner(owner, {&model->labels, model, nullptr}) ||
      !TakeOwner(model->past_owner(), {&model->past_labels, model, nullptr})) {
    load.Fail();
  }
  return model;
}

void State::LoadDecisions(Load& load, Model* model) {
  LoadClasses(load, model);
  bool has_positive = false;
  std::string positive;
  uint32_t frozen_at = 0;
  load.Field(5, has_positive);
  load.Field(6, positive);
  load.Field(7, frozen_at);
  if (has_positive) model->SetPositiveClass(positive, 0, 0);
  // A matrix has at most this many classes.
  const uint32_t side = frozen_at > 0 ? frozen_at : model->class_count();
  if (frozen_at > model->class_count() ||
      (model->task == Task::kClassification &&
       side > range::kMatrixClasses.most)) {
    return load.Fail();
  }
  model->matrix_frozen_at.store(frozen_at, std::memory_order_release);
  DoCounting(load, *model);
  if (!load.ok()) return;
  model->Configure(settings_->For(model->name), 0, 0);
  // An image from before sets were retired may have sets to retire.
  model->slicing.RetireFrom(prediction_ages_.next());
}

void State::LoadDeparted(Load& load, Model* model) {
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    model->deleted_versions.push_back(
        {0, 0,
         std::make_unique<AgeCounts>(&prediction_ages_, &model->records,
                                     &records_)});
    DeletedVersion& gone = model->deleted_versions.back();
    load.Part("a deleted version", [&] {
      load.Field(1, gone.owner);
      load.Field(2, gone.until_ms);
      load.Field(3, [&] { gone.age_counts->Fields(load); });
    });
    if (!TakeOwner(gone.owner, {gone.age_counts.get(), model, nullptr})) {
      return load.Fail();
    }
  }
}

Model* State::LoadModel(Load& load, uint32_t number) {
  // Format 7 has no representatives and no origins.
  const bool is_oldest = load.is_former() && load.revision() == 0;
  Model* model = nullptr;
  load.Part("a model", [&] {
    model = AddLoaded(load, number);
    LoadDecisions(load, model);
    if (!load.ok()) return;
    DoCounts(load, *model);
    LedgerFields(load, *model);
    load.Field(24, [&] { LoadDeparted(load, model); });
    if (!AreTimesSound(*model)) return load.Fail();
    load.Field(30, [&] { LoadVersions(load, model); });
    if (!load.ok()) return;
    if (!is_oldest) LoadRepresentatives(load, model);
    if (!load.ok()) return;
    UniteClasses(model);
    if (is_oldest) return CompleteOld(model);
    Origins origins;
    DoOrigins(load, origins, *model);
    const bool is_open = origins.task == TaskOrigin::kOpen;
    if (!load.ok() || (is_open && !model->versions.Get().empty())) {
      return load.Fail();
    }
    model->positive_origin.store(origins.positive, kRelaxed);
    model->SetTask(model->task, origins.task, origins.task_since_ms);
    model->is_settled = !model->IsTaskOpen() && model->early_labels.empty();
    load.Added(31, [&] { model->slicing.LoadRetired(load); });
    if (load.is_former()) LoadFormerAdditions(load, model);
  });
  if (!load.ok() || !load.AtEnd()) return nullptr;
  Touch(model);
  Recharge(model);
  model->TakeDirty();
  // The next checkpoint writes it in the present format.
  model->dirty = load.is_former();
  return model;
}

}  // namespace plumbline
