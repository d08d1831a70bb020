#include "core/window/series.h"

#include <algorithm>
#include <memory>

namespace plumbline {
namespace {

// Keeps the memory of an ordinary group, and frees that of a large one.
template <class T>
void Empty(std::vector<T>* list) {
  constexpr size_t kKept = 1024;
  if (list->capacity() > kKept) std::vector<T>().swap(*list);
  list->clear();
}

void Move(const WindowChanges::Correction& correction, const Counting& counting,
          WindowDelta* window_delta) {
  window_delta->Recount(correction.from, -1, counting);
  window_delta->Recount(correction.to, 1, counting);
}

}  // namespace

void WindowChanges::Clear() {
  Empty(&predicted);
  Empty(&labelled);
  Empty(&completed);
  Empty(&corrections);
}

void UnlabelledChanges::Clear() {
  for (Sum& sum : sums_) sum.cells.Clear();
  for (CellChanges& keys : keys_) keys.Clear();
  Empty(&elsewhere_);
  Empty(&keys_elsewhere_);
  empty_ = true;
}

void WindowChanges::AddPredicted(int64_t place_ms) {
  if (!predicted.empty() && predicted.back().place_ms == place_ms) {
    ++predicted.back().n;
  } else {
    predicted.push_back({place_ms, 1});
  }
}

void WindowChanges::AddLabelled(int64_t place_ms, uint32_t age) {
  if (!labelled.empty() && labelled.back().place_ms == place_ms &&
      labelled.back().age == age) {
    ++labelled.back().n;
  } else {
    labelled.push_back({place_ms, age, 1});
  }
}

void WindowDeltas::Know(const std::vector<WindowChanges::Completed>& pairs,
                        const Counting& counting) {
  changes.Clear();
  ends.clear();
  // The changes of one pair take up to a kilobyte.
  constexpr size_t kMost = 20'000;
  if (pairs.size() > kMost) return;
  for (const auto& pair : pairs) {
    for (const Counting::Count count : counting.statistics) {
      count(counting, pair.observation, &changes);
    }
    ends.push_back(changes.size());
  }
}

void Series::Release(Window* window, const Counting& counting) {
  if (window->last_n() == nullptr) return;
  window->last_n()->ForEach(
      [&counting](const Observation& o) { counting.Release(o); });
}

void Series::Release(const Counting& counting) {
  for (Window* window : windows.Get()) Release(window, counting);
}

void Series::ChangeWindows(const std::vector<WindowSettings>& wanted,
                           uint32_t first_age, const Counting& counting) {
  std::vector<Window*> next;
  for (const WindowSettings& settings : wanted) {
    const auto& have = windows.Get();
    const auto same = std::find_if(
        have.begin(), have.end(),
        [&](const Window* w) { return w->settings().Is(settings); });
    next.push_back(same != have.end()
                       ? *same
                       : new Window(settings, first_age, sees_all_));
  }
  for (Window* window : windows.Get()) {
    if (std::find(next.begin(), next.end(), window) == next.end()) {
      Release(window, counting);
    }
  }
  windows.Replace(std::move(next));
}

void Series::Publish(const Publication& to, uint64_t next_number) {
  SumUp(to);
  const UnlabelledChanges* const unlabelled = to.scratch->unlabelled;
  for (Window* window : windows.Get()) {
    if (window->last_n() != nullptr) {
      PublishLastN(to, next_number, window);
      continue;
    }
    if (window->settings().by_prediction) {
      PublishByPrediction(to, window);
    } else {
      PublishTime(to, window);
    }
    PublishPast(to, window);
    if (unlabelled != nullptr && !unlabelled->empty())
      PublishUnlabelled(to, window);
  }
}

// Sums the pairs that the group completed.
void Series::SumUp(const Publication& to) const {
  WindowDeltas* const scratch = to.scratch;
  scratch->group.Clear();
  const CellChange* const known = scratch->changes.begin();
  for (const auto& pair : changes.completed) {
    if (scratch->ends.empty()) {
      scratch->group.Add(pair.observation, 1, to.counting);
      continue;
    }
    const size_t begin = pair.place == 0 ? 0 : scratch->ends[pair.place - 1];
    scratch->group.AddKnown(pair.observation, known + begin,
                            known + scratch->ends[pair.place], to.counting);
  }
}

void Series::PublishTime(const Publication& to, Window* window) const {
  if (changes.predicted.empty() && changes.completed.empty()) return;
  const bool sees_all =
      window->IsVisible(0) ||
      std::all_of(
          changes.completed.begin(), changes.completed.end(),
          [window](const auto& pair) { return window->IsVisible(pair.age); });
  if (!sees_all) {
    to.scratch->window.Clear();
    for (const auto& pair : changes.completed) {
      if (window->IsVisible(pair.age)) {
        to.scratch->window.Add(pair.observation, 1, to.counting);
      }
    }
  }
  Slot<StdAtomics>& slot = window->time()->Current(to.generation, to.now_ms);
  for (const auto& predicted : changes.predicted) {
    slot.AddPredictions(predicted.n);
  }
  (sees_all ? to.scratch->group : to.scratch->window).AddTo(&slot, 0);
}

void Series::PublishByPrediction(const Publication& to, Window* window) const {
  TimeRing<StdAtomics>* const ring = window->time();
  WindowDelta* const scratch = &to.scratch->window;
  for (const auto& predicted : changes.predicted) {
    if (auto* slot = ring->At(to.generation, predicted.place_ms, to.now_ms)) {
      slot->AddPredictions(predicted.n);
    }
  }
  // Pairs of the same slot are summed together.
  std::vector<const WindowChanges::Completed*> pairs;
  for (const auto& pair : changes.completed) {
    if (window->IsVisible(pair.age)) pairs.push_back(&pair);
  }
  std::stable_sort(pairs.begin(), pairs.end(), [ring](auto* a, auto* b) {
    return ring->EpochOf(a->place_ms) < ring->EpochOf(b->place_ms);
  });
  for (auto pair = pairs.begin(); pair != pairs.end();) {
    const int64_t place_ms = (*pair)->place_ms;
    scratch->Clear();
    for (; pair != pairs.end() &&
           ring->EpochOf((*pair)->place_ms) == ring->EpochOf(place_ms);
         ++pair) {
      scratch->Add((*pair)->observation, 1, to.counting);
    }
    if (auto* slot = ring->At(to.generation, place_ms, to.now_ms)) {
      scratch->AddTo(slot, 0);
    }
  }
}

// Publishes labels and corrections that belong to existing slots.
void Series::PublishPast(const Publication& to, Window* window) const {
  TimeRing<StdAtomics>* const ring = window->time();
  WindowDelta* const scratch = &to.scratch->window;
  for (const auto& labelled : changes.labelled) {
    if (!window->IsVisible(labelled.age)) continue;
    if (auto* slot = ring->Past(to.generation, labelled.place_ms, to.now_ms)) {
      slot->AddLabelled(labelled.n);
    }
  }
  for (const auto& correction : changes.corrections) {
    if (!window->IsVisible(correction.age)) continue;
    auto* slot = ring->Past(to.generation, correction.place_ms, to.now_ms);
    if (slot == nullptr) continue;
    scratch->Clear();
    Move(correction, to.counting, scratch);
    scratch->AddTo(slot, 0);
  }
}

void Series::PublishUnlabelled(const Publication& to, Window* window) {
  TimeRing<StdAtomics>* const ring = window->time();
  const UnlabelledChanges& unlabelled = *to.scratch->unlabelled;
  if (!window->settings().by_prediction) {
    return unlabelled.AddTo(&ring->Current(to.generation, to.now_ms));
  }
  if (auto* slot = ring->At(to.generation, unlabelled.place_ms(), to.now_ms)) {
    unlabelled.AddTo(slot);
  }
  for (const UnlabelledChanges::Elsewhere& one : unlabelled.elsewhere()) {
    if (auto* slot = ring->At(to.generation, one.place_ms, to.now_ms)) {
      slot->Add(one.cell.section, one.cell.size, one.cell.cell, 1);
    }
  }
  for (const UnlabelledChanges::KeyElsewhere& one :
       unlabelled.keys_elsewhere()) {
    if (auto* slot = ring->At(to.generation, one.place_ms, to.now_ms)) {
      slot->Add(one.section, one.key, 1, SizeOf(one.section, 0));
    }
  }
}

void Series::PublishLastN(const Publication& to, uint64_t next_number,
                          Window* window) const {
  if (changes.completed.empty() && changes.corrections.empty()) return;
  LastNRing<StdAtomics>* const ring = window->last_n();
  WindowDelta* const scratch = &to.scratch->window;
  const Counting& counting = to.counting;
  scratch->Clear();
  for (const auto& pair : changes.completed) {
    const bool is_visible = window->IsVisible(pair.age);
    const Observation out =
        ring->Push(pair.number, is_visible ? pair.observation : Observation{});
    if (is_visible) {
      scratch->Add(pair.observation, 1, counting);
      counting.Hold(pair.observation);
    }
    if (out.is_counted()) {
      scratch->Add(out, -1, counting);
      counting.Release(out);
    }
  }
  for (const auto& correction : changes.corrections) {
    Observation* const pair = ring->Find(correction.number, next_number);
    if (pair == nullptr) continue;
    counting.Release(*pair);
    pair->Correct(correction.to);
    counting.Hold(*pair);
    Move(correction, counting, scratch);
  }
  scratch->AddTo(&ring->slot(to.generation), ring->n());
}

}  // namespace plumbline
