#include "core/detect/expected_figures.h"

namespace plumbline {

std::vector<ExpectedFigure> ExpectedFigures::Of(std::string_view window,
                                                int64_t now_ms) const {
  std::vector<ExpectedFigure> list;
  const std::vector<Known>* known = known_.Get();
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
