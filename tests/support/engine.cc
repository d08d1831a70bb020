#include "tests/support/engine.h"

#include <sstream>

namespace plumbline {

std::string Describe(const State& state, int64_t now_ms) {
  std::ostringstream out;
  const auto list = [&out](const char* name, const auto& values) {
    out << "  " << name;
    for (const auto& value : values) out << ' ' << value;
    out << '\n';
  };
  out << "remembered " << state.gauges().remembered_bytes.load() << " windows "
      << state.gauges().window_bytes.load() << " forgotten "
      << state.gauges().forgotten_until_ms.load() << '\n';
  VisitModels(state, now_ms, [&](const ModelSnapshot& model) {
    out << model.name << " task " << static_cast<int>(model.task)
        << " positive " << model.positive_class.value_or("-") << " matrix "
        << model.has_matrix << '\n';
    list("classes", model.classes);
    list("counts", model.counts);
    for (const VersionSnapshot& version : model.versions) {
      out << " version " << version.name << '\n';
      list("counts", version.counts);
      list("outcomes", version.outcomes);
      list("withdrawn", version.withdrawn);
      for (const WindowSnapshot& window : version.windows) {
        out << "  window " << window.settings.name << ' '
            << window.counts.predictions << ' ' << window.counts.labelled << ' '
            << window.counts.observations << '\n';
        list("matrix", window.counts.matrix);
        list("marginals", window.counts.marginals);
      }
    }
  });
  return out.str();
}

}  // namespace plumbline
