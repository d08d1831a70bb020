#include "core/metrics/coverage.h"

#include "core/metrics/statistic.h"

namespace plumbline {
namespace {

void Append(const FigureInput& input, FigureList* list) {
  list->Add("label_coverage", LabelCoverage(input.window, input.counts));
  if (input.min_coverage > 0 && input.window.length_ms > 0) {
    list->Number("withheld", Withheld(input) ? 1 : 0);
  }
}

}  // namespace

Figure LabelCoverage(const WindowSettings& window, const SlotCounts& counts) {
  if (window.last > 0 || counts.predictions == 0) return std::nullopt;
  return static_cast<double>(counts.labelled) /
         static_cast<double>(counts.predictions);
}

bool Withheld(const FigureInput& input) {
  const Figure coverage = LabelCoverage(input.window, input.counts);
  return coverage && *coverage < input.min_coverage;
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
