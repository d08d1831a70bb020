// How much of a window is labelled, and whether that is enough.

#include "core/snapshot/figures.h"

namespace plumbline {
namespace {

void Append(const ModelSnapshot& model, const WindowSnapshot& window,
            FigureList* list) {
  list->Add("label_coverage", LabelCoverage(window));
  if (model.min_coverage > 0 && window.settings.length_ms > 0) {
    list->Number("withheld", Withheld(model, window) ? 1 : 0);
  }
}

}  // namespace

Figure LabelCoverage(const WindowSnapshot& window) {
  if (window.settings.last > 0 || window.counts.predictions == 0) {
    return std::nullopt;
  }
  return static_cast<double>(window.counts.labelled) /
         static_cast<double>(window.counts.predictions);
}

extern const Statistic kCoverageStatistic;
const Statistic kCoverageStatistic = {
    .families = {{.name = "label_coverage",
                  .help = "Share of the predictions made in the window that "
                          "has its label by now."},
                 {.name = "withheld",
                  .is_ratio = false,
                  .help = "1 while the label coverage is below min_coverage "
                          "and the window's figures are withheld, else 0."}},
    .append = Append,
    .of_all_tasks = true,
    .is_withheld = false,
};

}  // namespace plumbline
