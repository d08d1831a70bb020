#include "core/snapshot/conflicts.h"

#include <optional>

#include "core/event/timestamp.h"
#include "core/settings/advice.h"

namespace plumbline {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;  // independent flags

std::optional<Conflict> OfTask(const PublishedModel& model,
                               const ModelSettings& rule) {
  const Task task = model.published_task.load(kRelaxed);
  const bool open = model.task_origin.load(kRelaxed) == TaskOrigin::kOpen;
  if (!rule.task || open || *rule.task == task) return std::nullopt;
  const int64_t since_ms = model.published_task_since_ms.load(kRelaxed);
  std::string message = "task is configured as " +
                        std::string(TaskName(*rule.task)) +
                        ", and the model is a " + std::string(TaskName(task));
  if (since_ms > 0) message += " since " + FormatTimestamp(since_ms);
  message +=
      ". The task of a model does not change. To start it anew, delete "
      "the model: " +
      DeleteCommand(model.name);
  return Conflict{model.name, "task", message};
}

std::optional<Conflict> OfPositiveClass(const PublishedModel& model,
                                        const ModelSettings& rule) {
  if (model.positive_origin.load(kRelaxed) != PositiveOrigin::kEnded ||
      !rule.positive_class.empty()) {
    return std::nullopt;
  }
  return Conflict{
      model.name, "positive_class",
      "the positive class was assumed until another class came. Since then, "
      "no figure uses the score. Configure positive_class"};
}

}  // namespace

std::vector<Conflict> ConflictsOf(const PublishedState& state,
                                  const Settings& settings) {
  std::vector<Conflict> conflicts;
  const Reclaimer::Guard guard(state.reclaimer());
  for (const PublishedModel* model : state.models().Get()) {
    const ModelSettings& rule = settings.For(model->name);
    if (auto conflict = OfTask(*model, rule)) {
      conflicts.push_back(*std::move(conflict));
    }
    if (auto conflict = OfPositiveClass(*model, rule)) {
      conflicts.push_back(*std::move(conflict));
    }
  }
  return conflicts;
}

}  // namespace plumbline
