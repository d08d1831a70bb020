#include "core/detect/figure_histories.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/metrics/figure_names.h"

namespace plumbline {

void FigureHistories::Configure(const AnomalySettings& settings, Task task,
                                const std::vector<WindowSettings>& windows,
                                Reclaimer* reclaimer) {
  std::vector<FigureHistory> next;
  for (const std::string& metric : settings.metrics) {
    const auto figure = FigureOf(metric);
    if (!figure || std::find(figure->tasks.begin(), figure->tasks.end(),
                             task) == figure->tasks.end()) {
      continue;
    }
    for (const WindowSettings& window : windows) {
      const auto same = std::find_if(
          histories_.begin(), histories_.end(), [&](const FigureHistory& h) {
            return h.metric() == metric && h.IsOf(window);
          });
      if (same != histories_.end()) {
        next.push_back(*same);
      } else {
        next.emplace_back(metric, window);
      }
    }
  }
  histories_ = std::move(next);
  min_history_ms_ = settings.min_history_ms;
  Publish(reclaimer);
}

void FigureHistories::Restart(Reclaimer* reclaimer) {
  for (FigureHistory& history : histories_) history.Restart();
  Publish(reclaimer);
}

size_t FigureHistories::used() const {
  return static_cast<size_t>(
      std::count_if(histories_.begin(), histories_.end(),
                    [](const FigureHistory& h) { return h.used(); }));
}

void FigureHistories::Add(int64_t hour, const Read& read, bool room,
                          Reclaimer* reclaimer) {
  for (FigureHistory& history : histories_) {
    if (!history.used() && !room) continue;
    const Value value = read(history.metric(), history.window().name);
    history.Add(hour, value.value, value.variance);
  }
  Publish(reclaimer);
}

void FigureHistories::SetBack(int64_t hour, Reclaimer* reclaimer) {
  for (FigureHistory& history : histories_) history.SetBack(hour);
  Publish(reclaimer);
}

void FigureHistories::Publish(Reclaimer* reclaimer) {
  auto next = std::make_unique<std::vector<Known>>();
  for (const FigureHistory& history : histories_) {
    if (auto baseline = history.Summarize(min_history_ms_)) {
      next->push_back(
          {history.metric(), history.window().name, *std::move(baseline)});
    }
  }
  if (next->empty()) next.reset();
  // Release: publishes the list.
  const auto* old =
      published_.exchange(next.release(), std::memory_order_acq_rel);
  if (old != nullptr) reclaimer->Retire(old);
}

std::vector<ExpectedFigure> FigureHistories::ExpectedOf(std::string_view window,
                                                        int64_t now_ms) const {
  std::vector<ExpectedFigure> list;
  // Acquire: sees the list.
  const auto* known = published_.load(std::memory_order_acquire);
  if (known == nullptr) return list;
  for (const Known& one : *known) {
    if (one.window != window) continue;
    if (const auto expected = one.baseline.At(now_ms)) {
      list.push_back({one.metric, *expected});
    }
  }
  return list;
}

}  // namespace plumbline
