#include "core/detect/figure_histories.h"

#include <algorithm>
#include <utility>

#include "core/codec/archive.h"
#include "core/detect/figure_history.h"
#include "core/metrics/figure_names.h"

namespace plumbline {

FigureHistories::FigureHistories(ExpectedFigures* published)
    : published_(published) {}

FigureHistories::~FigureHistories() = default;

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

int64_t FigureHistories::MostBytes(size_t used) {
  return static_cast<int64_t>(used) * FigureHistory::Bytes();
}

size_t FigureHistories::used() const {
  return static_cast<size_t>(
      std::count_if(histories_.begin(), histories_.end(),
                    [](const FigureHistory& h) { return h.used(); }));
}

size_t FigureHistories::unused() const { return histories_.size() - used(); }

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
  std::vector<ExpectedFigures::Known> known;
  for (const FigureHistory& history : histories_) {
    if (auto baseline = history.Summarize(min_history_ms_)) {
      known.push_back(
          {history.metric(), history.window().name, *std::move(baseline)});
    }
  }
  published_->Publish(std::move(known), reclaimer);
}

template <class Archive>
void FigureHistories::Fields(Archive& archive) {
  for (FigureHistory& history : histories_) history.Fields(archive);
}

template void FigureHistories::Fields(Save&);
template void FigureHistories::Fields(Load&);

}  // namespace plumbline
