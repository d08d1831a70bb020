// State: everything that is folded over the journal, and who owns it.
//
// The writer's, which changes it group by group (core/engine/pipeline.h).
// Readers see what is published: PublishedState.

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
#include "core/model/model.h"
#include "core/model/window_memory.h"
#include "core/pairs/age_clock.h"
#include "core/pairs/liveness_snapshot.h"
#include "core/pairs/pair_memory.h"
#include "core/pairs/pair_table.h"
#include "core/pairs/unsaved_pairs.h"
#include "core/settings/settings.h"
#include "core/sync/paged_list.h"

namespace plumbline {

class State final : public PublishedState {
 public:
  // The pairs' memory comes from `memory`, which must outlive the state.
  explicit State(std::pmr::memory_resource* memory);

  // By name. Readers see their published halves.
  const HalvedList<Model, PublishedModel>& models() const { return models_; }
  const Settings& settings() const { return *settings_; }
  // Windows that both settings have keep their content. False, with nothing
  // changed, if the windows would need more than the limit.
  bool ChangeSettings(Settings settings, int64_t now_ms);

  // A model that the settings name without a glob is not there: it has been
  // deleted since, or no limit allowed it.
  bool LacksNamedModels() const;

  // Time passes: what is over its horizon expires, what was silent for long
  // enough retires. Never runs back: returns the later of `now_ms` and the
  // last time used.
  int64_t Advance(int64_t now_ms);
  // Publishes all that was touched since the last call.
  void Publish();
  int64_t now_ms() const { return now_ms_; }

  Model* FindModel(std::string_view name) const;
  static Version* FindVersion(const Model& model, std::string_view name);
  // Adds to the history of a version's figures, if there is room for it.
  void AddFigures(Model* model, Version* version, int64_t hour,
                  const FigureHistories::Read& read);
  void RenewReference(Model* model, Version* version) {
    model->RenewReference(version, now_ms_);
  }
  int64_t window_bytes() const { return window_bytes_; }

  // REQUIRE: what is added is within the limits.
  Model* AddModel(std::string_view name, Task task, TaskOrigin origin);
  // Of a model whose task is open.
  void DecideTask(Model* model, Task task, TaskOrigin origin);
  Version* AddVersion(Model* model, std::string_view name);
  // The slices of these segments, as far as they are not there; returns their
  // set.
  uint32_t AddSlices(Model* model, Version* version,
                     const std::vector<Slicing::Labels>& segments);
  uint32_t AddClass(Model* model, std::string_view text);
  // Makes classes one that are one under the settings, and others not.
  void UniteClasses(Model* model);
  // To be called once all classes of an event are there: the positive class may
  // be assumed of them. True if that ends here.
  bool AssumePositiveClass(Model* model, uint32_t first_age = 0);
  // The model has scores from now on.
  void AddScores(Model* model, bool of_classes);
  void Remove(Model* model);
  void Remove(Model* model, Version* version);
  // The versions that are to retire so that one more is within the limit.
  // Empty if there are not as many that have been silent for long enough.
  std::vector<Version*> VersionsInTheWay(const Model& model) const;
  // Removes it, and counts it as retired.
  void Retire(Model* model, Version* version);

  void Touch(Model* model) {
    model->unsaved = true;
    if (model->touched) return;
    model->touched = true;
    touched_.push_back(model);
  }
  void Touch(Model* model, Version* version) {
    Touch(model);
    version->touched = true;
  }

  // Whom the records with this owner belong to; null once removed.
  struct Owner {
    Ledger* ledger = nullptr;
    Model* model = nullptr;
    Version* version = nullptr;  // null for a model's labels
  };
  const Owner& owner(uint32_t index) const { return owners_[index]; }
  bool HasOwner(uint32_t index) const { return index < owners_.size(); }
  bool Alive(const Record& record) const {
    const Owner& o = owners_[record.owner];
    return o.ledger != nullptr && o.ledger->Alive(record);
  }

  // For models whose past is applied beside this state, whose time has gone on
  // (core/engine/take_over.cc). The numbers that this state, which is new,
  // gives out are none of those that `present` has given out.
  void NumberBehind(const State& present);
  // Takes over all that `past` has. REQUIRES: it was NumberedBehind() this
  // before all else, this has not changed since, settings are the same but for
  // limits, and no model has events in both. Returns nothing if it was done, or
  // the limit that leaves no room: then this state is of no use any more.
  std::string TakeOver(State* past);

  // Time goes back to `now_ms`, which is before now (core/engine/set_back.cc):
  // nothing of it is ahead any more, and what had left a window stays out. What
  // the pairs have of time is another's to change (core/engine/set_back.h). For
  // a state that nobody reads.
  void SetBack(int64_t now_ms);

  Remembered RememberedNow() const;

  PairTable& table() { return table_; }
  UnsavedPairs& unsaved_pairs() { return unsaved_pairs_; }
  const UnsavedPairs& unsaved_pairs() const { return unsaved_pairs_; }
  // History that is kept in memory goes back so far, and takes what windows
  // leave of their limit.
  void LimitHistory(int64_t retention_ms) { history_ms_ = retention_ms; }
  // With a store: what has been added since the last call, by owner.
  std::map<uint32_t, Steps> TakeHistory();

  PairMemory& pair_memory() { return pair_memory_; }
  AgeClock& prediction_ages() { return prediction_ages_; }
  AgeClock& label_ages() { return label_ages_; }
  uint64_t records() const { return records_; }  // remembered, in all
  // Dead records are removed a few at a time, as new ones are added. Where
  // there is a store they leave with the others.
  void SweepSome(size_t n) {
    if (!unsaved_pairs_.enabled() && table_.size() != records_) Sweep(n);
  }
  // The same where time alone passes. When none is left memory goes back.
  void SweepIdle();
  void NoteForgotten(int64_t until_ms);
  // After a group, and after a visit that has begun a saving.
  void PublishUnsaved() {
    gauges_.unsaved_records.store(
        static_cast<int64_t>(unsaved_pairs_.changed()),
        std::memory_order_relaxed);
    gauges_.is_over_memory.store(pair_memory_.IsOver(),
                                 std::memory_order_relaxed);
    gauges_.pair_bytes.store(pair_memory_.bytes(), std::memory_order_relaxed);
  }

  // See core/codec/archive.h. All but the models and the pairs, which are
  // stored by themselves.
  template <class Archive>
  void HeadFields(Archive& archive);
  void SaveModel(Save& save, Model& model) const;
  // Beside those that there are, with the owners and ages of the head. Null if
  // it is none, or damaged: then the state is of no use.
  Model* LoadModel(Load& load, uint32_t number);

 private:
  void SaveVersion(Save& save, const Model& model, Version& version) const;
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
  void ForgetDeparted();
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

  AgeClock prediction_ages_;
  AgeClock label_ages_;
  PairTable table_;
  UnsavedPairs unsaved_pairs_{&table_};
  PairMemory pair_memory_{&table_, &unsaved_pairs_};
  PagedList<Owner> owners_;
  std::vector<Model*> touched_;
  Tallies scratch_;
  std::unordered_map<std::string_view, Model*, TextHash> by_name_;
  // Last, as models use the above.
  HalvedList<Model, PublishedModel> models_{&published_models_};
};

}  // namespace plumbline
