// Classes, task and positive class of a model, by its events and settings.

#include <algorithm>
#include <bit>
#include <utility>

#include "core/model/state.h"
#include "core/model/task_rule.h"
#include "core/pairs/class_set.h"
#include "core/settings/class_text.h"

namespace plumbline {

void State::DecideTask(Model* model, Task task, TaskOrigin origin) {
  model->SetTask(task, origin, now_ms_);
  AddConfiguredClasses(model, 0);
  for (uint64_t& label : model->early_labels) {
    label = ReadEarlyLabel(model, label);
  }
  model->is_settled = model->early_labels.empty();
  AssumePositiveClass(model);
  Recharge(model);
}

// The value of a label record whose label came before the task was known.
uint64_t State::ReadEarlyLabel(Model* model, uint64_t bits) {
  if (model->task == Task::kRegression) return bits;
  const std::string text = WholeText(std::bit_cast<double>(bits));
  const std::string_view name = settings_->For(model->name).ClassOf(text);
  uint32_t index = model->FindClass(name);
  if (index == kNoClass) index = AddClass(model, name);
  return model->task == Task::kMultilabel ? ValueOfSet({index}) : index;
}

// Configured classes are classes of the model from its start.
void State::AddConfiguredClasses(Model* model, uint32_t first_age) {
  if (model->task == Task::kRegression) return;
  bool any = false;
  for (const std::string& name : settings_->For(model->name).classes) {
    if (model->FindClass(name) != kNoClass) continue;
    if (model->class_count() >= settings_->classes) break;
    AddClass(model, name);
    any = true;
  }
  if (any) AssumePositiveClass(model, first_age);
}

void State::AddScores(Model* model, bool of_classes) {
  model->scored = true;
  model->class_scored = model->class_scored || of_classes;
  model->UpdateCounting();
  Recharge(model);
}

uint32_t State::AddClass(Model* model, std::string_view text) {
  const uint32_t index = model->AddClass(text, settings_->matrix_classes);
  Recharge(model);
  return index;
}

void State::UniteClasses(Model* model) {
  const ModelSettings& rule = settings_->For(model->name);
  std::vector<std::string> names;  // by class
  std::unordered_map<std::string, uint32_t, TextHash> spelled;
  for (const std::string* spelling : model->classes.Get()) {
    spelled.emplace(*spelling, static_cast<uint32_t>(names.size()));
    names.emplace_back(rule.ClassOf(*spelling));
  }
  std::unordered_map<std::string, uint32_t, TextHash> class_of;  // by name
  std::vector<uint32_t> representative;
  for (const std::string& name : names) {
    auto known = class_of.find(name);
    if (known == class_of.end()) {
      known = class_of.find(std::string(OtherSpelling(name)));
    }
    if (known == class_of.end()) {
      const auto it = spelled.find(name);
      const uint32_t own =
          it != spelled.end() ? it->second : AddClass(model, name);
      known = class_of.emplace(name, own).first;
    }
    representative.push_back(known->second);
  }
  // Classes that the loop above added.
  while (representative.size() < model->class_count()) {
    representative.push_back(static_cast<uint32_t>(representative.size()));
  }
  model->SetRepresentatives(std::move(representative), prediction_ages_.next(),
                            now_ms_);
  model->RefuseOthers(rule.classes);
}

bool State::AssumePositiveClass(Model* model, uint32_t first_age) {
  constexpr auto relaxed = std::memory_order_relaxed;  // they publish no data
  const PositiveOrigin origin = model->positive_origin.load(relaxed);
  if (model->task != Task::kClassification ||
      origin == PositiveOrigin::kConfigured ||
      origin == PositiveOrigin::kEnded) {
    return false;
  }
  const std::string_view assumed = model->Assumed().Get();
  const bool ends = assumed.empty() && origin == PositiveOrigin::kAssumed;
  model->SetPositiveClass(assumed, ends ? NewAge() : first_age, now_ms_);
  if (!assumed.empty()) {
    model->positive_origin.store(PositiveOrigin::kAssumed, relaxed);
  } else if (ends) {
    model->positive_origin.store(PositiveOrigin::kEnded, relaxed);
  }
  return ends;
}

// Completes a model of an earlier format: there the first class alone decided
// the assumed positive class, and configured classes were added when they came.
void State::CompleteOld(Model* model) {
  AddConfiguredClasses(model, NewAge());
  if (!settings_->For(model->name).positive_class.empty()) return;
  if (model->HasPositiveClass()) {
    model->positive_origin.store(PositiveOrigin::kAssumed,
                                 std::memory_order_relaxed);
  }
  AssumePositiveClass(model, NewAge());
}

}  // namespace plumbline
