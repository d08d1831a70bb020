#include "exporters/prometheus/collector.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <bit>
#include <sstream>
#include <string>
#include <utility>

#include "core/snapshot/findings.h"
#include "core/snapshot/snapshot.h"
#include "exporters/prometheus/daemon_families.h"
#include "exporters/prometheus/families.h"

namespace plumbline {
namespace {

double Number(uint64_t n) { return static_cast<double>(n); }

// A histogram in the layout of core/model/histogram.h.
template <size_t Bounds>
void AddStoredHistogram(Families* out, std::string_view family,
                        const Labels& labels,
                        const std::array<double, Bounds>& bounds,
                        const uint64_t* cells) {
  out->AddHistogram(family, labels, bounds.data(), Bounds, cells + 1,
                    std::bit_cast<double>(cells[0]));
}

// ---- One window ----

void AddConfusion(Families* out, const ModelSnapshot& model,
                  const Labels& labels, const WindowSnapshot& window) {
  const auto classes = static_cast<uint32_t>(model.classes.size());
  if (!model.has_matrix) return;
  Labels cell = labels;
  cell.push_back({"actual", ""});
  cell.push_back({"predicted", ""});
  for (uint32_t actual = 0; actual < classes; ++actual) {
    for (uint32_t predicted = 0; predicted < classes; ++predicted) {
      cell[cell.size() - 2].value = model.classes[actual];
      cell[cell.size() - 1].value = model.classes[predicted];
      out->AddGauge("plumbline_confusion_observations", cell,
                    Number(window.counts.matrix[CellOf(actual, predicted)]));
    }
  }
}

// Extends the labels of the finding's window or version by its own.
void AddFinding(Families* out, const FindingKind& kind, const Finding& finding,
                Labels* labels) {
  const size_t common = labels->size();
  for (const FindingLabel& label : finding.labels()) {
    labels->push_back({label.name, label.value});
  }
  out->AddFinding(kind, finding, *labels);
  labels->resize(common);
}

// `scratch`: reused memory.
void AddWindow(Families* out, const ModelSnapshot& model,
               const VersionSnapshot& version, const WindowSnapshot& window,
               FindingList* scratch) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : window.segment) {
    keys.push_back("segment_" + key);
  }
  Labels labels = {{"model", model.name},
                   {"version", version.name},
                   {"window", window.settings.name}};
  for (size_t i = 0; i < keys.size(); ++i) {
    labels.push_back({keys[i], window.segment[i].second});
  }
  out->AddGauge("plumbline_window_observations", labels,
                Number(window.counts.observations));
  VisitFindings(WindowInput(model, window), scratch,
                [&](const FindingKind& kind, const Finding& finding) {
                  AddFinding(out, kind, finding, &labels);
                });
  if (model.task == Task::kClassification) {
    AddConfusion(out, model, labels, window);
  }
}

// ---- Totals ----

void AddOutcomes(Families* out, const ModelSnapshot& model,
                 const VersionSnapshot& version) {
  if (!model.has_matrix) return;
  const auto classes = static_cast<uint32_t>(model.classes.size());
  for (uint32_t actual = 0; actual < classes; ++actual) {
    for (uint32_t predicted = 0; predicted < classes; ++predicted) {
      const uint32_t cell = CellOf(actual, predicted);
      const Labels labels = {{"model", model.name},
                             {"version", version.name},
                             {"actual", model.classes[actual]},
                             {"predicted", model.classes[predicted]}};
      out->AddCounter("plumbline_outcomes_total", labels,
                      Number(version.outcomes[cell]));
      out->AddCounter("plumbline_outcomes_withdrawn_total", labels,
                      Number(version.withdrawn[cell]));
    }
  }
}

void AddVersion(Families* out, const ModelSnapshot& model,
                const VersionSnapshot& version, FindingList* scratch) {
  Labels labels = {{"model", model.name}, {"version", version.name}};
  const auto& counts = version.counts;
  out->AddCounter("plumbline_predictions_total", labels,
                  Number(counts[kPredictions]));
  out->AddCounter("plumbline_observations_total", labels,
                  Number(counts[kObservations]));
  out->AddCounter("plumbline_expired_predictions_total", labels,
                  Number(counts[kExpiredPredictions]));
  out->AddCounter("plumbline_evicted_predictions_total", labels,
                  Number(counts[kEvictedPredictions]));
  out->AddGauge("plumbline_pending_predictions", labels,
                Number(counts[kPendingPredictions]));
  if (counts[kLastPredictionMs] > 0) {
    out->AddGauge("plumbline_last_prediction_timestamp_seconds", labels,
                  Number(counts[kLastPredictionMs]) / 1000);
  }
  const uint64_t* latency = &counts[kLatency];
  const bool timed =
      std::any_of(latency + 1, latency + kLatencyBounds.size() + 2,
                  [](uint64_t n) { return n > 0; });
  if (timed) {
    AddStoredHistogram(out, "plumbline_prediction_latency_seconds", labels,
                       kLatencyBounds, latency);
  }
  AddOutcomes(out, model, version);
  VisitFindings(version, scratch,
                [&](const FindingKind& kind, const Finding& finding) {
                  AddFinding(out, kind, finding, &labels);
                });
  for (const WindowSnapshot& window : version.windows) {
    AddWindow(out, model, version, window, scratch);
  }
}

void AddModel(Families* out, const ModelSnapshot& model, FindingList* scratch) {
  const Labels labels = {{"model", model.name}};
  const auto count = [&](const char* family, ModelCount which) {
    out->AddCounter(family, labels, Number(model.counts[which]));
  };
  count("plumbline_labels_total", kLabels);
  count("plumbline_joined_labels_total", kJoinedLabels);
  count("plumbline_expired_labels_total", kExpiredLabels);
  count("plumbline_evicted_labels_total", kEvictedLabels);
  count("plumbline_corrections_total", kCorrections);
  count("plumbline_forgotten_predictions_total", kForgottenPredictions);
  count("plumbline_retired_versions_total", kRetiredVersions);
  count("plumbline_retired_pending_predictions_total",
        kRetiredPendingPredictions);
  out->AddCounter("plumbline_duplicates_total",
                  {{"model", model.name}, {"kind", "prediction"}},
                  Number(model.counts[kDuplicatePredictions]));
  out->AddCounter("plumbline_duplicates_total",
                  {{"model", model.name}, {"kind", "label"}},
                  Number(model.counts[kDuplicateLabels]));
  out->AddGauge("plumbline_pending_labels", labels,
                Number(model.counts[kPendingLabels]));
  if (model.counts[kLastLabelMs] > 0) {
    out->AddGauge("plumbline_last_label_timestamp_seconds", labels,
                  Number(model.counts[kLastLabelMs]) / 1000);
  }
  AddStoredHistogram(out, "plumbline_label_delay_seconds", labels, kDelayBounds,
                     &model.counts[kDelay]);
  for (const VersionSnapshot& version : model.versions) {
    AddVersion(out, model, version, scratch);
  }
}

}  // namespace

Collector::Collector(const PublishedState* state,
                     std::function<int64_t()> now_ms,
                     std::function<DaemonFigures()> daemon)
    : state_(state), now_ms_(std::move(now_ms)), daemon_(std::move(daemon)) {}

void Collector::Collect(const Families::Take& take) const {
  const int64_t now_ms = now_ms_();
  const DaemonFigures daemon = daemon_();
  Families families(take);
  if (daemon.recovered) {
    FindingList scratch;
    VisitModels(*state_, now_ms, [&](const ModelSnapshot& model) {
      AddModel(&families, model, &scratch);
      AddRejected(&families, model.name, daemon.rejections);
    });
  }
  AddDaemon(&families, *state_, daemon, now_ms);
  families.Finish();
}

void Expose(const Collector& collector, const TakeText& take) {
  const prometheus::TextSerializer serializer;
  std::vector<bool> begun;
  collector.Collect([&](size_t index, const auto& some) {
    std::ostringstream text;
    serializer.Serialize(text, some);
    std::string_view piece = text.view();
    if (index >= begun.size()) begun.resize(index + 1);
    // HELP and TYPE precede only the first sample of a family.
    while (begun[index] && piece.starts_with('#')) {
      piece.remove_prefix(piece.find('\n') + 1);
    }
    begun[index] = true;
    take(index, piece);
  });
}

}  // namespace plumbline
