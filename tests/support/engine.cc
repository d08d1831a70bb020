#include "tests/support/engine.h"

#include <algorithm>
#include <sstream>

#include "core/snapshot/drift_figures.h"

namespace plumbline {

std::string Describe(const State& state, int64_t now_ms) {
  std::ostringstream out;
  out.precision(17);
  const auto list = [&out](const char* name, const auto& values) {
    out << "  " << name;
    for (const auto& value : values) out << ' ' << value;
    out << '\n';
  };
  out << "remembered " << state.gauges().remembered_bytes.load() << " windows "
      << state.gauges().window_bytes.load() << " forgotten "
      << state.gauges().forgotten_until_ms.load() << '\n';
  VisitModels(state, now_ms, [&](const ModelSnapshot& model) {
    out << model.name << " task " << static_cast<int>(model.task) << " origin "
        << static_cast<int>(model.task_origin) << " since "
        << model.task_since_ms << " positive "
        << model.positive_class.value_or("-") << " origin "
        << static_cast<int>(model.positive_origin) << " matrix "
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
        for (const auto& [key, value] : window.segment) {
          out << "  segment " << key << '=' << value << '\n';
        }
        for (const Drift& drift : DriftOf(window)) {
          out << "  drift of " << drift.of << ' ' << drift.feature << ' '
              << drift.window << ' ' << drift.reference << ' '
              << drift.psi.value_or(-1) << ' ' << drift.p_value.value_or(-1)
              << '\n';
        }
        if (window.calibration != nullptr) {
          for (const CalibrationCurve& curve : window.calibration->curves) {
            list("calibration", curve.probability);
          }
        }
        list("matrix", window.counts.matrix);
        list("marginals", window.counts.marginals);
        for (const auto& section : window.counts.sections) {
          list("section", section);
        }
        for (const SparseCounts& sparse : window.counts.sparse) {
          auto sorted = sparse.entries;
          std::erase_if(sorted, [](const auto& entry) {
            return (entry.second & ~ScoreBins::kMixed) == 0;
          });
          std::sort(sorted.begin(), sorted.end());
          out << "  sparse " << sparse.level;
          for (const auto& [key, count] : sorted) {
            out << ' ' << key << ':' << count;
          }
          out << '\n';
        }
      }
    }
  });
  return out.str();
}

}  // namespace plumbline
