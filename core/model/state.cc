#include "core/model/state.h"

#include <algorithm>
#include <utility>

#include "core/model/task_rule.h"

namespace plumbline {
namespace {

constexpr int64_t kRetirementCheckMs = 60'000;

// The number of configured classes that the model does not have yet.
uint32_t NewClasses(const ModelSettings& rule, const Model& model) {
  if (model.task == Task::kRegression) return 0;
  return static_cast<uint32_t>(std::count_if(
      rule.classes.begin(), rule.classes.end(), [&](const std::string& name) {
        return model.FindClass(name) == kNoClass;
      }));
}

template <class T>
bool ByName(const T* a, const T* b) {
  return a->name < b->name;
}

}  // namespace

State::State(std::pmr::memory_resource* memory)
    : settings_(std::make_unique<const Settings>()),
      prediction_ages_(settings_->horizon_ms),
      label_ages_(settings_->label_horizon_ms),
      table_(memory) {
  AddOwner({});  // no record is owned by 0
}

bool State::ChangeSettings(Settings settings, int64_t now_ms) {
  dirty_models_.CopyAll();
  for (Model* model : models_.Get()) dirty_models_.ForgetAhead(model);
  now_ms = Advance(now_ms);
  auto old = std::exchange(
      settings_, std::make_unique<const Settings>(std::move(settings)));
  int64_t bytes = 0;
  for (const Model* model : models_.Get()) {
    WindowShape shape = ShapeOf(*model);
    shape.classes += NewClasses(settings_->For(model->name), *model);
    bytes += WindowBytes(*settings_, model->name, shape);
  }
  if (bytes > settings_->window_bytes && bytes > window_bytes_) {
    settings_ = std::move(old);
    return false;
  }
  prediction_ages_.set_horizon(settings_->horizon_ms);
  label_ages_.set_horizon(settings_->label_horizon_ms);
  const uint32_t first_age = NewAge();
  label_ages_.Close(now_ms);

  RemoveUnused();
  for (Model* model : models_.Get()) {
    model->FreezeMatrixBeyond(settings_->matrix_classes);
    const ModelSettings& rule = settings_->For(model->name);
    model->Configure(rule, first_age, now_ms);
    if (model->IsTaskOpen() && rule.task) {
      DecideTask(model, *rule.task, TaskOrigin::kConfigured);
    }
    UniteClasses(model);
    AddConfiguredClasses(model, first_age);
    AssumePositiveClass(model, first_age);
    // Counts say which detectors are on, so they are published anew.
    for (Version* version : model->versions.Get()) Touch(model, version);
    Recharge(model);
  }
  AddNamedModels();
  Expire();
  return true;
}

// Removes models without events whose configuration changed: their old
// configuration has no meaning. Keeps the others, as a scrape may be reading
// them.
void State::RemoveUnused() {
  const std::vector<Model*> models = models_.Get();
  for (Model* model : models) {
    const ModelSettings& rule = settings_->For(model->name);
    const bool is_open = model->IsTaskOpen();
    const bool same_task =
        rule.task ? !is_open && *rule.task == model->task : is_open;
    if (model->IsUnused() && !(same_task && rule.Names(model->name))) {
      Remove(model);
    }
  }
}

// Adds the models that the limits allow.
void State::AddNamedModels() {
  for (const ModelSettings& rule : settings_->model_rules) {
    constexpr size_t kLongestName = 128;  // bytes
    if (rule.match.empty() || rule.match.size() > kLongestName ||
        FindModel(rule.match) != nullptr ||
        !settings_->For(rule.match).Names(rule.match)) {
      continue;
    }
    WindowShape shape;
    shape.task = rule.task.value_or(Task::kRegression);
    shape.classes = static_cast<uint32_t>(rule.classes.size());
    const bool fits =
        static_cast<int64_t>(models_.Get().size()) < settings_->models &&
        window_bytes_ + WindowBytes(*settings_, rule.match, shape) <=
            settings_->window_bytes;
    if (!fits) continue;
    Touch(AddModel(rule.match, shape.task,
                   rule.task ? TaskOrigin::kConfigured : TaskOrigin::kOpen));
  }
}

bool State::LacksNamedModels() const {
  return std::any_of(settings_->model_rules.begin(),
                     settings_->model_rules.end(),
                     [this](const ModelSettings& rule) {
                       return settings_->For(rule.match).Names(rule.match) &&
                              FindModel(rule.match) == nullptr;
                     });
}

int64_t State::Advance(int64_t now_ms) {
  now_ms_ = std::max(now_ms_, now_ms);
  Expire();
  if (now_ms_ >= next_departure_ms_) ForgetDeletedVersions();
  if (now_ms_ >= next_retirement_ms_) {
    next_retirement_ms_ = now_ms_ + kRetirementCheckMs;
    RetireSilent();
  }
  return now_ms_;
}

void State::Publish() {
  // A model may be removed in the same group: Remove() drops it from touched_.
  for (Model* model : touched_) {
    model->Publish(now_ms_, &scratch_);
    for (Version* version : model->versions.Get()) BoundHistory(version);
  }
  touched_.clear();

  constexpr auto relaxed = std::memory_order_relaxed;
  gauges_.now_ms.store(now_ms_, relaxed);
  gauges_.remembered_bytes.store(
      static_cast<int64_t>(records_) * PairTable::kBytesPerRecord, relaxed);
  gauges_.window_bytes.store(window_bytes_, relaxed);
  gauges_.model_count.store(static_cast<int64_t>(models_.Get().size()),
                            relaxed);
  gauges_.forgotten_until_ms.store(forgotten_until_ms_, relaxed);
  gauges_.horizon_ms.store(settings_->horizon_ms, relaxed);
  int64_t deadline = std::min(next_retirement_ms_, next_departure_ms_);
  for (const AgeBuckets* ages : {&prediction_ages_, &label_ages_}) {
    if (!ages->empty()) deadline = std::min(deadline, ages->NextExpiry());
  }
  gauges_.next_deadline_ms.store(deadline, relaxed);
  reclaimer_.Collect();
}

Model* State::FindModel(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : it->second;
}

Version* State::FindVersion(const Model& model, std::string_view name) {
  const auto& versions = model.versions.Get();
  const auto it = std::lower_bound(
      versions.begin(), versions.end(), name,
      [](const Version* v, std::string_view n) { return v->name < n; });
  return it != versions.end() && (*it)->name == name ? *it : nullptr;
}

void State::AddFigures(Model* model, Version* version, int64_t hour,
                       const FigureHistories::Read& read) {
  const int64_t needed = FigureHistories::MostBytes(version->figures.unused());
  const bool fits = window_bytes_ + needed <= settings_->window_bytes;
  version->figures.Add(hour, read, fits, &reclaimer_);
  version->figures_stamp = model->seqlock.generation() + 1;
  Recharge(model);
}

Model* State::AddModel(std::string_view name, Task task, TaskOrigin origin) {
  auto model = std::make_unique<Model>(std::string(name), next_model_number_++,
                                       owners_.size(), task, commons());
  AddOwner({&model->labels, model.get(), nullptr});
  AddOwner({&model->past_labels, model.get(), nullptr});
  model->SetTask(task, origin, now_ms_);
  model->is_settled = origin != TaskOrigin::kOpen;
  model->Configure(settings_->For(name), 0, now_ms_);
  Model* added = models_.Insert(std::move(model), ByName<PublishedModel>);
  by_name_.emplace(added->name, added);
  added->last_event_ms = now_ms_;
  added->next_sample_ms =
      (now_ms_ / FigureHistories::kHourMs + 1) * FigureHistories::kHourMs;
  AddConfiguredClasses(added, 0);
  Recharge(added);
  return added;
}

Version* State::AddVersion(Model* model, std::string_view name) {
  auto version = std::make_unique<Version>(std::string(name), owners_.size(),
                                           commons(), &model->records);
  AddOwner({version->age_counts.get(), model, version.get()});
  for (const WindowSettings& w : settings_->For(model->name).windows) {
    version->series.AddWindow(w, 0);
  }
  model->ConfigureDetectors(settings_->For(model->name), version.get(),
                            now_ms_);
  model->ConfigureEstimates(settings_->For(model->name), version.get(), 0,
                            now_ms_);
  version->last_event_ms = now_ms_;
  if (!dirty_pairs_.enabled()) version->history.KeepHere();
  Version* added =
      model->versions.Insert(std::move(version), ByName<PublishedVersion>);
  Recharge(model);
  return added;
}

uint32_t State::AddSlices(Model* model, Version* version,
                          const std::vector<Slicing::Labels>& segments) {
  Slicing& slicing = model->slicing;
  slicing.FreeSets(
      [this](uint32_t age) { return prediction_ages_.HasBefore(age); });
  auto set = slicing.SetOf(AddEach(model, version, segments), false);
  if (!set) {
    std::vector<Slicing::Labels> others;
    for (const Slicing::Labels& labels : segments) {
      others.push_back(Slicing::OtherOf(labels));
    }
    set = slicing.SetOf(AddEach(model, version, others), true);
  }
  Recharge(model);
  return set.value_or(Slicing::kNoSet);
}

std::vector<uint32_t> State::AddEach(
    Model* model, Version* version,
    const std::vector<Slicing::Labels>& segments) {
  std::vector<uint32_t> numbers;
  for (const Slicing::Labels& labels : segments) {
    const auto& segment = model->slicing.Add(labels);
    numbers.push_back(segment.number);
    if (version->FindSlice(segment.number) != nullptr) continue;
    auto slice = std::make_unique<Slice>(segment.number, labels, &reclaimer_);
    for (const WindowSettings& w : settings_->For(model->name).windows) {
      slice->series.AddWindow(w, 0);
    }
    version->slices.Insert(
        std::move(slice),
        [](const Slice* a, const Slice* b) { return a->labels < b->labels; });
  }
  Recharge(model);
  return numbers;
}

// Starts an age bucket: its age tells records from now on from earlier ones.
uint32_t State::NewAge() {
  prediction_ages_.Close(now_ms_);
  prediction_ages_.Skip();
  return prediction_ages_.next();
}

// Runs once per step of the history. The oldest steps go if there is no room.
void State::BoundHistory(Version* version) {
  History& history = version->history;
  if (!history.kept_here() ||
      history.steps().size() == version->history_steps) {
    return;
  }
  history_bytes_ -= version->history_bytes;
  history.RollUp(now_ms_, history_ms_ == INT64_MAX ? 0 : now_ms_ - history_ms_);
  const int64_t room = settings_->window_bytes - window_bytes_ - history_bytes_;
  while (history.bytes() > std::max<int64_t>(room, 0) &&
         history.ForgetOldest()) {
  }
  version->history_bytes = history.bytes();
  version->history_steps = history.steps().size();
  history_bytes_ += history.bytes();
}

std::map<uint32_t, Steps> State::TakeHistory() {
  std::map<uint32_t, Steps> taken;
  for (const Model* model : models_.Get()) {
    for (Version* version : model->versions.Get()) {
      Steps steps = version->history.Take();
      if (!steps.empty()) taken.emplace(version->owner, std::move(steps));
    }
  }
  return taken;
}

Remembered State::RememberedNow() const {
  Remembered::Marks marks;
  owners_.ForEach([&marks](uint32_t index, const Owner& owner) {
    if (owner.age_counts != nullptr)
      marks.emplace(index, owner.age_counts->Marks());
  });
  return Remembered(std::move(marks));
}

void State::NoteForgotten(int64_t until_ms) {
  forgotten_until_ms_ =
      std::max(forgotten_until_ms_, std::min(until_ms, now_ms_));
}

uint32_t State::AddOwner(Owner owner) {
  const uint32_t index = owners_.size();
  owners_.Grow(index + 1);
  owners_.Set(index, owner);
  return index;
}

void State::Recharge(Model* model) {
  window_bytes_ -= model->window_bytes;
  model->dirty = true;  // its structure or the settings changed
  model->window_bytes = WindowBytes(*settings_, model->name, ShapeOf(*model));
  window_bytes_ += model->window_bytes;
}

}  // namespace plumbline
