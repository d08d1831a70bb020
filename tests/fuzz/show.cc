#include "tests/fuzz/show.h"

#include "core/snapshot/findings.h"
#include "core/snapshot/snapshot.h"
#include "exporters/api/json.h"

namespace plumbline {

void Compute(const State& state, int64_t now_ms) {
  FindingList scratch;
  const auto ignore = [](const FindingKind&, const Finding&) {};
  VisitModels(state, now_ms, [&](const ModelSnapshot& model) {
    for (const VersionSnapshot& version : model.versions) {
      VisitFindings(version, &scratch, ignore);
      for (const WindowSnapshot& window : version.windows) {
        VisitFindings(WindowInput(model, window), &scratch, ignore);
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
