#include "core/join/figure_sampler.h"

#include <map>
#include <string>
#include <vector>

#include "core/snapshot/anomalies.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

void SampleFigures(State* state, Model* model) {
  constexpr int64_t kHour = FigureHistories::kHourMs;
  const int64_t hour = state->now_ms() / kHour;
  model->next_sample_ms = (hour + 1) * kHour;
  const std::vector<std::string>& metrics =
      state->settings().For(model->name).anomalies.metrics;
  const ModelSnapshot snapshot = SnapshotAt(*model, hour * kHour);
  for (const VersionSnapshot& version : snapshot.versions) {
    std::map<std::string, const WindowSnapshot*> windows;
    for (const WindowSnapshot& window : version.windows) {
      if (window.segment.empty()) windows[window.settings.name] = &window;
    }
    std::map<std::string, std::vector<NamedFigure>> figures;
    const auto read = [&](const std::string& metric, const std::string& name) {
      const auto window = windows.find(name);
      if (window == windows.end()) return FigureHistories::Value();
      const auto [known, added] = figures.try_emplace(name);
      if (added) {
        known->second = FiguresOf(snapshot, *window->second, metrics);
      }
      return SampleOf(known->second, metric,
                      window->second->counts.observations);
    };
    if (Version* of = State::FindVersion(*model, version.name)) {
      state->AddFigures(model, of, hour, read);
    }
  }
}

}  // namespace plumbline
