#include "tests/fuzz/show.h"

#include "core/metrics/top_confusions.h"
#include "core/snapshot/anomalies.h"
#include "core/snapshot/drift_figures.h"
#include "core/snapshot/figures.h"
#include "core/snapshot/snapshot.h"
#include "exporters/api/json.h"

namespace plumbline {

void Compute(const State& state, int64_t now_ms) {
  VisitModels(state, now_ms, [](const ModelSnapshot& model) {
    for (const VersionSnapshot& version : model.versions) {
      DetectorsOf(version);
      for (const WindowSnapshot& window : version.windows) {
        AnomaliesOf(model, window, FiguresOf(model, window));
        DriftOf(window);
        TopConfusions(InputOf(model, window));
      }
    }
  });
}

void Show(const State& state, int64_t now_ms) {
  ModelsJson(state, now_ms);
  VisitModels(state, now_ms,
              [](const ModelSnapshot& model) { ModelJson(model, Choice()); });
}

}  // namespace plumbline
