#include "core/directory/model.h"

#include <algorithm>
#include <string>
#include <utility>

namespace plumbline {

namespace {

// Keeps the memory of an ordinary group, and gives back that of a large one.
template <class T>
void Empty(std::vector<T>* list) {
  constexpr size_t kKept = 1024;
  if (list->capacity() > kKept) std::vector<T>().swap(*list);
  list->clear();
}

}  // namespace

void WindowChanges::Clear() {
  predictions = 0;
  Empty(&labelled);
  Empty(&completed);
  Empty(&corrections);
}

void WindowChanges::AddLabelled(int64_t receipt_ms, uint32_t age) {
  if (!labelled.empty() && labelled.back().receipt_ms == receipt_ms &&
      labelled.back().age == age) {
    ++labelled.back().n;
  } else {
    labelled.push_back({receipt_ms, age, 1});
  }
}

Version::Version(std::string name, uint32_t owner, Reclaimer* reclaimer,
                 AgeClock* ages, uint64_t* model_records, uint64_t* all_records)
    : name(std::move(name)),
      owner(owner),
      ledger(std::make_unique<Ledger>(ages, model_records, all_records)),
      windows(reclaimer) {}

void Version::Publish(uint64_t generation, int64_t now_ms, CountForm form,
                      Tallies* scratch) {
  counts[kPendingPredictions] = ledger->counts().waiting;
  published.Publish(generation, counts);
  touched = false;
  if (changes.empty()) return;
  scratch->group.Clear();
  for (const auto& pair : changes.completed) {
    scratch->group.Add(pair.observation, 1, form);
  }
  for (Window* window : windows.Get()) {
    if (auto* ring = window->time()) {
      PublishTime(ring, *window, generation, now_ms, form, scratch);
    } else {
      PublishLastN(window->last_n(), *window, generation, form,
                   &scratch->window);
    }
  }
  RecordHistory(now_ms, form, scratch);
  if (form == CountForm::kMatrix) PublishOutcomes(&scratch->group);
  changes.Clear();
}

void Version::RecordHistory(int64_t now_ms, CountForm form, Tallies* scratch) {
  if (!changes.completed.empty()) history.Add(now_ms, scratch->group);
  for (const auto& correction : changes.corrections) {
    scratch->window.Clear();
    scratch->window.Recount(correction.from, -1, form);
    scratch->window.Recount(correction.to, 1, form);
    history.Correct(correction.completed_ms, scratch->window);
  }
}

void Version::PublishTime(TimeRing<StdAtomics>* ring, const Window& window,
                          uint64_t generation, int64_t now_ms, CountForm form,
                          Tallies* scratch) {
  const bool sees_all =
      window.Sees(0) ||
      std::all_of(
          changes.completed.begin(), changes.completed.end(),
          [&window](const auto& pair) { return window.Sees(pair.age); });
  if (!sees_all) {
    scratch->window.Clear();
    for (const auto& pair : changes.completed) {
      if (window.Sees(pair.age)) scratch->window.Add(pair.observation, 1, form);
    }
  }
  if (changes.predictions > 0 || !changes.completed.empty()) {
    Slot<StdAtomics>& slot = ring->Current(generation, now_ms);
    slot.AddPredictions(changes.predictions);
    (sees_all ? scratch->group : scratch->window).AddTo(&slot);
  }
  for (const auto& labelled : changes.labelled) {
    if (!window.Sees(labelled.age)) continue;
    if (auto* slot = ring->Past(generation, labelled.receipt_ms, now_ms)) {
      slot->AddLabelled(labelled.n);
    }
  }
  for (const auto& correction : changes.corrections) {
    if (!window.Sees(correction.age)) continue;
    auto* slot = ring->Past(generation, correction.completed_ms, now_ms);
    if (slot == nullptr) continue;
    scratch->window.Clear();
    scratch->window.Recount(correction.from, -1, form);
    scratch->window.Recount(correction.to, 1, form);
    scratch->window.AddTo(slot);
  }
}

void Version::PublishLastN(LastNRing<StdAtomics>* ring, const Window& window,
                           uint64_t generation, CountForm form,
                           Tally* scratch) {
  if (changes.completed.empty() && changes.corrections.empty()) return;
  scratch->Clear();
  const uint64_t next = counts[kObservations];
  uint64_t number = next - changes.completed.size();
  for (const auto& pair : changes.completed) {
    const bool seen = window.Sees(pair.age);
    const Observation out =
        ring->Push(number++, seen ? pair.observation : Observation{});
    if (seen) scratch->Add(pair.observation, 1, form);
    if (out.actual != Observation::kUnseen) scratch->Add(out, -1, form);
  }
  for (const auto& correction : changes.corrections) {
    if (!ring->Correct(correction.number, next, correction.to)) continue;
    scratch->Recount(correction.from, -1, form);
    scratch->Recount(correction.to, 1, form);
  }
  scratch->AddTo(&ring->slot(generation));
}

// `group` is the tally of the completed pairs.
void Version::PublishOutcomes(Tally* group) {
  for (const auto& correction : changes.corrections) {
    group->Recount(correction.to, 1, CountForm::kMatrix);
    withdrawn.Add(CellOf(correction.from.actual, correction.from.predicted), 1);
  }
  group->matrix().ForEach(
      [this](uint32_t cell, int64_t n) { outcomes.Add(cell, n); });
}

Model::Model(std::string name, uint32_t number, uint32_t owner, Task task,
             Reclaimer* reclaimer, AgeClock* prediction_ages,
             AgeClock* label_ages, uint64_t* all_records)
    : name(std::move(name)),
      number(number),
      owner(owner),
      task(task),
      labels(label_ages, &records, all_records),
      past_labels(prediction_ages, &records, all_records),
      classes(reclaimer),
      versions(reclaimer) {
  small_integer.fill(kNoClass);
}

bool Model::TakeUnsaved() {
  bool changed = std::exchange(unsaved, false);
  changed |= labels.TakeChanged();
  ForEachPredictionLedger([&changed](Ledger* ledger, uint64_t) {
    changed |= ledger->TakeChanged();
  });
  return changed;
}

CountForm Model::form() const {
  if (task == Task::kRegression) return CountForm::kTotalOnly;
  return matrix_frozen_at.load(std::memory_order_relaxed) == 0
             ? CountForm::kMatrix
             : CountForm::kMarginals;
}

uint32_t Model::FindClass(std::string_view text) const {
  const auto it = class_index.find(text);
  return it == class_index.end() ? kNoClass : it->second;
}

uint32_t Model::FindSmallInteger(int64_t value) const {
  const bool small =
      value >= 0 && value < static_cast<int64_t>(small_integer.size());
  return small ? small_integer[static_cast<size_t>(value)] : kNoClass;
}

void Model::FreezeMatrixBeyond(int64_t classes) {
  if (form() != CountForm::kMatrix || class_count() <= classes) return;
  // Release: a reader that sees the change also sees the classes before it.
  matrix_frozen_at.store(class_count(), std::memory_order_release);
}

uint32_t Model::AddClass(std::string_view text, int64_t matrix_limit) {
  const uint32_t index = class_count();
  FreezeMatrixBeyond(matrix_limit - 1);
  const std::string* name =
      classes.Append(std::make_unique<const std::string>(text));
  class_index.emplace(*name, index);
  for (size_t n = 0; n < small_integer.size(); ++n) {
    if (std::to_string(n) == text) small_integer[n] = index;
  }
  return index;
}

void Model::RefuseOthers(const std::vector<std::string>& configured) {
  refused.clear();
  if (configured.empty()) return;
  for (const std::string* known : classes.Get()) {
    refused.push_back(std::find(configured.begin(), configured.end(), *known) ==
                      configured.end());
  }
}

void Model::SetPositiveClass(std::string_view text, Reclaimer* reclaimer) {
  const std::string* old = positive_class.load(std::memory_order_relaxed);
  if (old != nullptr && *old == text) return;
  // Release: publishes the string.
  positive_class.store(new std::string(text), std::memory_order_release);
  if (old != nullptr) reclaimer->Retire(old);
}

void Model::Publish(int64_t now_ms, Tallies* scratch) {
  counts[kPendingLabels] = labels.counts().waiting;
  const CountForm counted = form();
  const uint64_t generation = gate.Open(now_ms);
  published.Publish(generation, counts);
  for (Version* version : versions.Get()) {
    if (version->touched) {
      version->Publish(generation, now_ms, counted, scratch);
    }
  }
  gate.Close();
  touched = false;
}

}  // namespace plumbline
