// State: everything that is folded over the journal, and who owns it.
//
// The writer changes it group by group (core/engine/pipeline.h). Readers see
// what is published: PublishedState.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event/text_hash.h"
#include "core/model/dirty_models.h"
#include "core/model/model.h"
#include "core/model/window_memory.h"
#include "core/pairs/age_buckets.h"
#include "core/pairs/dirty_pairs.h"
#include "core/pairs/liveness_snapshot.h"
#include "core/pairs/pair_memory.h"
#include "core/pairs/pair_table.h"
#include "core/settings/settings.h"
#include "core/sync/paged_list.h"

namespace plumbline {

class State final : public PublishedState {
 public:
  // Allocates pairs from `memory`, which must outlive the state.
  explicit State(std::pmr::memory_resource* memory);

  // By name. Readers see the published halves.
  const HalvedList<Model, PublishedModel>& models() const { return models_; }
  const Settings& settings() const { return *settings_; }
  // Windows that are in the old and the new settings keep their content.
  // Returns false, and only advances time, if the windows would exceed the
  // limit and take more than now.
  bool ChangeSettings(Settings settings, int64_t now_ms);

  // True if a model that the settings name without a glob does not exist: it
  // was deleted, or a limit left no room.
  bool LacksNamedModels() const;

  // Advances time: expires records beyond their horizon and retires silent
  // versions. Time never runs back: returns the later of `now_ms` and the last
  // time used.
  int64_t Advance(int64_t now_ms);
  // Publishes all models touched since the last call.
  void Publish();
  int64_t now_ms() const { return now_ms_; }

  Model* FindModel(std::string_view name) const;
  static Version* FindVersion(const Model& model, std::string_view name);
  // Adds a sample to the histories of a version's figures, if there is room.
  void AddFigures(Model* model, Version* version, int64_t hour,
                  const FigureHistories::Read& read);
  void RenewReference(Model* model, Version* version) {
    model->RenewReference(version, now_ms_);
  }
  int64_t window_bytes() const { return window_bytes_; }

  // REQUIRE: the addition is within the limits.
  Model* AddModel(std::string_view name, Task task, TaskOrigin origin);
  // REQUIRES: the task is open.
  void DecideTask(Model* model, Task task, TaskOrigin origin);
  Version* AddVersion(Model* model, std::string_view name);
  // Adds the missing slices of these segments, and returns the set of the
  // segments.
  uint32_t AddSlices(Model* model, Version* version,
                     const std::vector<Slicing::Labels>& segments);
  uint32_t AddClass(Model* model, std::string_view text);
  // Merges classes that are one under the settings, and separates all others.
  void UniteClasses(Model* model);
  // Call after all classes of an event are added: they may let a positive class
  // be assumed. Returns true if an assumed positive class ends here.
  bool AssumePositiveClass(Model* model, uint32_t first_age = 0);
  // The model counts scores from now on.
  void AddScores(Model* model, bool of_classes);
  void Remove(Model* model);
  void Remove(Model* model, Version* version);
  // The versions to retire so that one more is within the limit. Empty if too
  // few have been silent for long enough.
  std::vector<Version*> VersionsInTheWay(const Model& model) const;
  // Removes the version, and counts it as retired.
  void Retire(Model* model, Version* version);

  // Call before a model changes, so that a checkpoint has it as of its moment.
  void BeforeChange(Model* model) {
    if (model->awaits_copy != 0) dirty_models_.Copy(model);
  }
  void Touch(Model* model) {
    model->dirty = true;
    if (model->touched) return;
    model->touched = true;
    touched_.push_back(model);
  }
  void Touch(Model* model, Version* version) {
    Touch(model);
    version->touched = true;
  }

  // The owner of records by Record::owner; null members once it is removed.
  struct Owner {
    AgeCounts* age_counts = nullptr;
    Model* model = nullptr;
    Version* version = nullptr;  // null for labels, and once it is deleted
  };
  const Owner& owner(uint32_t index) const { return owners_[index]; }
  bool HasOwner(uint32_t index) const { return index < owners_.size(); }
  bool Alive(const Record& record) const {
    const Owner& o = owners_[record.owner];
    return o.age_counts != nullptr && o.age_counts->Alive(record);
  }

  // Starts the numbers of this new state after those of `present`. Used where
  // the past of models is applied in a separate state
  // (core/engine/take_over.cc).
  void NumberBehind(const State& present);
  // Takes over all that `past` has. REQUIRES: NumberBehind(this) was the first
  // call on `past`, this state has not changed since, the settings are the same
  // except limits, and no model has events in both. Returns an empty string, or
  // the limit that leaves no room: then this state is not usable any more.
  std::string TakeOver(State* past);

  // Sets time back to `now_ms`, which is before now (core/engine/set_back.cc).
  // No time in the state is later than that, and pairs that had left a window
  // stay out. The times of pairs are changed separately
  // (core/engine/set_back.h). REQUIRES: the state has no readers.
  void SetBack(int64_t now_ms);

  Remembered RememberedNow() const;

  PairTable& table() { return table_; }
  DirtyModels& dirty_models() { return dirty_models_; }
  DirtyPairs& dirty_pairs() { return dirty_pairs_; }
  const DirtyPairs& dirty_pairs() const { return dirty_pairs_; }
  // Limits history kept in memory to this retention, and to the bytes that
  // windows leave of their limit.
  void LimitHistory(int64_t retention_ms) { history_ms_ = retention_ms; }
  // With a store: the history added since the last call, by owner.
  std::map<uint32_t, Steps> TakeHistory();

  PairMemory& pair_memory() { return pair_memory_; }
  AgeBuckets& prediction_ages() { return prediction_ages_; }
  AgeBuckets& label_ages() { return label_ages_; }
  uint64_t records() const { return records_; }  // all that are remembered
  // Removes some dead records; called as new ones are added. With a store they
  // leave with the other records instead.
  void SweepSome(size_t n) {
    if (!dirty_pairs_.enabled() && table_.size() != records_) Sweep(n);
  }
  // Removes dead records while no events come. Frees the table once it is
  // empty.
  void SweepIdle();
  void NoteForgotten(int64_t until_ms);
  // Publishes gauges of pairs. Call it after a group, and after a visit that
  // began a save.
  void PublishDirty() {
    gauges_.dirty_records.store(static_cast<int64_t>(dirty_pairs_.changed()),
                                std::memory_order_relaxed);
    gauges_.is_over_memory.store(pair_memory_.IsOver(),
                                 std::memory_order_relaxed);
    gauges_.pair_bytes.store(pair_memory_.bytes(), std::memory_order_relaxed);
  }

  // See core/codec/archive.h. The state without models and pairs, which are
  // stored separately.
  template <class Archive>
  void HeadFields(Archive& archive);
  void SaveModel(Save& save, Model& model) const;
  // The same, and where large parts are.
  void SaveAhead(Save& save, Model& model, PartPlaces* places) const;
  // The same without large parts that are unchanged since SaveAhead(). `gaps`:
  // of the same places.
  void SaveSince(Save& save, Model& model, const PartPlaces& ahead,
                 PartGaps* gaps) const;
  // Adds a stored model to the state, whose head must be loaded. Null if the
  // bytes are not a sound model: then the state is not usable.
  Model* LoadModel(Load& load, uint32_t number);

 private:
  void SaveModel(Save& save, Model& model, const StoredShape& shape) const;
  void SaveVersion(Save& save, const Model& model, Version& version,
                   const StoredShape& shape) const;
  void LoadVersion(Load& load, Model* model);
  void LoadSlices(Load& load, Model* model, Version* version);
  Model* AddLoaded(Load& load, uint32_t number);
  void LoadDecisions(Load& load, Model* model);
  void LoadVersions(Load& load, Model* model);
  template <class Archive>
  void LedgerFields(Archive& archive, Model& model) const;
  void LoadDeparted(Load& load, Model* model);
  bool TakeOwner(uint32_t index, Owner owner);

  Commons commons() {
    return {&reclaimer_, &prediction_ages_, &label_ages_, &records_};
  }
  void Sweep(size_t n);
  uint32_t NewAge();
  void RemoveUnused();
  void AddNamedModels();
  void AddConfiguredClasses(Model* model, uint32_t first_age);
  uint64_t ReadEarlyLabel(Model* model, uint64_t bits);
  void CompleteOld(Model* model);
  uint32_t AddOwner(Owner owner);
  void Recharge(Model* model);
  std::vector<uint32_t> AddEach(Model* model, Version* version,
                                const std::vector<Slicing::Labels>& segments);
  void BoundHistory(Version* version);
  void Expire();
  void ForgetDeletedVersions();
  void RetireSilent();
  bool Silent(int64_t last_event_ms, const ModelSettings& rule) const;
  void SetBack(Model* model, int64_t from_ms, uint32_t first_age);
  void SetBack(Model* model, Version* version, int64_t from_ms);

  std::unique_ptr<const Settings> settings_;
  int64_t now_ms_ = 0;
  int64_t next_retirement_ms_ = 0;
  int64_t next_departure_ms_ = INT64_MAX;
  int64_t forgotten_until_ms_ = 0;
  int64_t window_bytes_ = 0;
  int64_t history_ms_ = INT64_MAX;
  int64_t history_bytes_ = 0;
  uint64_t records_ = 0;
  uint32_t next_model_number_ = 1;

  AgeBuckets prediction_ages_;
  AgeBuckets label_ages_;
  PairTable table_;
  DirtyModels dirty_models_{this};
  DirtyPairs dirty_pairs_{&table_};
  PairMemory pair_memory_{&table_, &dirty_pairs_};
  PagedList<Owner> owners_;
  std::vector<Model*> touched_;
  WindowDeltas scratch_;
  std::unordered_map<std::string_view, Model*, TextHash> by_name_;
  // Declared last, as models use the members above.
  HalvedList<Model, PublishedModel> models_{&published_models_};
};

}  // namespace plumbline
