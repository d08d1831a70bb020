#include "tests/fuzz/show.h"

#include "core/snapshot.h"
#include "exporters/api/json.h"

namespace plumbline {

void Show(const State& state, int64_t now_ms) {
  ModelsJson(state, now_ms);
  VisitModels(state, now_ms,
              [](const ModelSnapshot& model) { ModelJson(model, Choice()); });
}

}  // namespace plumbline
