#include "exporters/prometheus/collector.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <bit>
#include <sstream>
#include <string>
#include <utility>

#include "core/metrics/class_figures.h"
#include "core/metrics/top_confusions.h"
#include "core/snapshot/anomalies.h"
#include "core/snapshot/drift_figures.h"
#include "core/snapshot/figures.h"
#include "core/snapshot/snapshot.h"
#include "exporters/prometheus/families.h"

namespace plumbline {
namespace {

double Number(uint64_t n) { return static_cast<double>(n); }

// A histogram that core/model/histogram.h laid out.
template <size_t Bounds>
void AddStoredHistogram(Families* out, std::string_view family,
                        const Labels& labels,
                        const std::array<double, Bounds>& bounds,
                        const uint64_t* cells) {
  out->AddHistogram(family, labels, bounds.data(), Bounds, cells + 1,
                    std::bit_cast<double>(cells[0]));
}

constexpr std::string_view kPrefix = "plumbline_";
constexpr std::string_view kClassPrefix = "plumbline_class_";

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

void AddTopConfusions(Families* out, const ModelSnapshot& model,
                      const Labels& labels, const WindowSnapshot& window) {
  for (const Miss& miss : TopConfusions(InputOf(model, window))) {
    Labels pair = labels;
    pair.push_back({"actual", model.classes[miss.actual]});
    pair.push_back({"predicted", model.classes[miss.predicted]});
    out->AddGauge("plumbline_top_confusion_observations", pair,
                  Number(miss.observations));
  }
}

void AddClasses(Families* out, const ModelSnapshot& model, const Labels& labels,
                const WindowSnapshot& window) {
  const auto confusion = Confusion::Of(window.counts, model.classes.size());
  Labels of_class = labels;
  of_class.push_back({"class", ""});
  for (size_t c = 0; c < model.classes.size(); ++c) {
    of_class.back().value = model.classes[c];
    const ClassCounts& counts = confusion.classes[c];
    out->AddGauge("plumbline_class_support", of_class, Number(counts.actual));
    out->AddGauge("plumbline_class_predicted", of_class,
                  Number(counts.predicted));
    if (Withheld(model, window)) continue;
    for (const NamedFigure& figure : ClassFiguresOf(counts)) {
      out->AddFigure(kClassPrefix, figure, of_class);
    }
  }
}

void AddDrift(Families* out, Labels labels, const WindowSnapshot& window) {
  for (const Drift& drift : DriftOf(window)) {
    labels.push_back({"of", drift.of});
    labels.push_back({"feature", drift.feature});
    labels.push_back({"measure", "psi"});
    const auto add = [&](const char* family, const char* name,
                         std::string_view value, std::optional<double> number) {
      if (!number) return;
      labels.back() = {name, value};
      out->AddGauge(family, labels, *number);
    };
    add("plumbline_drift_distance", "measure", "psi", drift.psi);
    add("plumbline_drift_distance", "measure", "jensen_shannon",
        drift.jensen_shannon);
    add("plumbline_drift_p_value", "test", drift.test, drift.p_value);
    add("plumbline_drift_observations", "side", "window", Number(drift.window));
    add("plumbline_drift_observations", "side", "reference",
        Number(drift.reference));
    labels.resize(labels.size() - 3);
  }
}

void AddWindow(Families* out, const ModelSnapshot& model,
               const VersionSnapshot& version, const WindowSnapshot& window) {
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
  const size_t common = labels.size();
  const auto figures = FiguresOf(model, window);
  for (const NamedFigure& figure : figures) {
    if (!figure.label.empty()) {
      labels.push_back({figure.label, figure.value_of_label});
    }
    out->AddFigure(kPrefix, figure, labels);
    labels.resize(common);
  }
  for (const Anomaly& anomaly : AnomaliesOf(model, window, figures)) {
    labels.push_back({"metric", anomaly.metric});
    out->AddGauge("plumbline_anomaly_score", labels, anomaly.score);
    out->AddGauge("plumbline_anomalous", labels, anomaly.anomalous ? 1 : 0);
    labels.resize(common);
  }
  AddDrift(out, labels, window);
  if (model.task == Task::kClassification) {
    AddConfusion(out, model, labels, window);
    AddTopConfusions(out, model, labels, window);
  }
  if (model.task != Task::kRegression) AddClasses(out, model, labels, window);
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

void AddDetectors(Families* out, const Labels& version_labels,
                  const VersionSnapshot& version) {
  for (const DetectorSnapshot& detector : DetectorsOf(version)) {
    Labels labels = version_labels;
    labels.push_back({"detector", DetectorName(detector.kind)});
    Labels more = labels;
    more.push_back({"direction", "worse"});
    out->AddCounter("plumbline_change_detections_total", more,
                    Number(detector.worse));
    more.back().value = "better";
    out->AddCounter("plumbline_change_detections_total", more,
                    Number(detector.better));
    if (detector.last_change_ms > 0) {
      out->AddGauge("plumbline_last_change_timestamp_seconds", labels,
                    static_cast<double>(detector.last_change_ms) / 1000);
      more.back() = {"side", "before"};
      out->AddGauge("plumbline_change_error", more,
                    detector.last_change.before);
      more.back().value = "after";
      out->AddGauge("plumbline_change_error", more, detector.last_change.after);
    }
    if (detector.evidence.threshold > 0) {
      out->AddGauge("plumbline_detector_statistic", labels,
                    detector.evidence.statistic);
      out->AddGauge("plumbline_detector_threshold", labels,
                    detector.evidence.threshold);
    }
  }
}

void AddVersion(Families* out, const ModelSnapshot& model,
                const VersionSnapshot& version) {
  const Labels labels = {{"model", model.name}, {"version", version.name}};
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
  AddDetectors(out, labels, version);
  for (const WindowSnapshot& window : version.windows) {
    AddWindow(out, model, version, window);
  }
}

void AddModel(Families* out, const ModelSnapshot& model) {
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
    AddVersion(out, model, version);
  }
}

// ---- The daemon ----

// Every reason, so that an increase begins with the first.
void AddRejected(Families* out, const std::string& model,
                 const RejectionFigures& rejections) {
  static constexpr std::array<uint64_t, kRejectCount> kNone{};
  const auto found = rejections.by_model.find(model);
  const auto& counts =
      found == rejections.by_model.end() ? kNone : found->second;
  for (size_t i = 1; i < kRejectCount; ++i) {
    out->AddCounter(
        "plumbline_rejected_events_total",
        {{"model", model}, {"reason", RejectName(static_cast<Reject>(i))}},
        Number(counts[i]));
  }
}

void AddSource(Families* out, const IngestFigures& ingest) {
  const Labels protocol = {{"protocol", ingest.protocol}};
  for (const auto& [status, requests] : ingest.requests) {
    const std::string code = std::to_string(status);
    out->AddCounter("plumbline_ingest_requests_total",
                    {{"protocol", ingest.protocol}, {"code", code}},
                    Number(requests));
  }
  out->AddHistogram("plumbline_ingest_request_duration_seconds", protocol,
                    kRequestBounds.data(), kRequestBounds.size(),
                    ingest.duration_buckets.data(), ingest.duration_sum);
  out->AddCounter("plumbline_ingest_bytes_total", protocol,
                  Number(ingest.bytes));
  out->AddCounter("plumbline_ingest_events_total", protocol,
                  Number(ingest.events));
}

void AddIngest(Families* out, const std::vector<IngestFigures>& sources) {
  std::array<uint64_t, kRejectCount> rejected{};
  std::array<uint64_t, kWarningCount> warned{};
  for (const IngestFigures& source : sources) {
    AddSource(out, source);
    for (size_t i = 0; i < kRejectCount; ++i) rejected[i] += source.rejected[i];
    for (size_t i = 0; i < kWarningCount; ++i) warned[i] += source.warned[i];
  }
  for (size_t i = 1; i < kRejectCount; ++i) {
    out->AddCounter("plumbline_ingest_rejected_events_total",
                    {{"reason", RejectName(static_cast<Reject>(i))}},
                    Number(rejected[i]));
  }
  for (size_t i = 0; i < kWarningCount; ++i) {
    out->AddCounter("plumbline_ingest_warnings_total",
                    {{"reason", WarningName(static_cast<Warning>(i))}},
                    Number(warned[i]));
  }
}

void AddEventLog(Families* out, const EventLogFigures& log) {
  if (!log.on) return;
  for (const auto& [kind, records] : log.records) {
    out->AddCounter("plumbline_event_log_records_total", {{"kind", kind}},
                    Number(records));
  }
  for (const auto& [reason, records] : log.dropped) {
    out->AddCounter("plumbline_event_log_dropped_total", {{"reason", reason}},
                    Number(records));
  }
  out->AddGauge("plumbline_event_log_bytes", {}, Number(log.bytes));
  out->AddGauge("plumbline_event_log_files", {}, Number(log.files));
}

void AddDaemon(Families* out, const PublishedState& state,
               const DaemonFigures& daemon, int64_t now_ms) {
  constexpr auto relaxed = std::memory_order_relaxed;
  const auto gauge = [out](const char* family, double value) {
    out->AddGauge(family, {}, value);
  };
  AddIngest(out, daemon.ingest);
  AddEventLog(out, daemon.event_log);
  for (size_t i = 0; i < kStorageOperations.size(); ++i) {
    out->AddCounter("plumbline_storage_errors_total",
                    {{"operation", kStorageOperations[i]}},
                    Number(daemon.storage.errors[i]));
  }
  out->AddCounter("plumbline_storage_lost_groups_total", {},
                  Number(daemon.lost_groups));
  gauge("plumbline_store_damaged", daemon.storage.damaged ? 1 : 0);
  gauge("plumbline_storage_bytes", Number(daemon.storage_bytes));
  gauge("plumbline_checkpoint_duration_seconds", daemon.checkpoint_seconds);
  gauge("plumbline_checkpoint_pause_seconds", daemon.checkpoint_pause_seconds);
  gauge("plumbline_window_bytes",
        static_cast<double>(state.gauges().window_bytes.load(relaxed)));
  gauge("plumbline_clock_behind_seconds", daemon.clock_behind_seconds);
  for (const ListenerFigures& listener : daemon.listeners) {
    out->AddGauge("plumbline_listener_open", {{"listener", listener.name}},
                  listener.open ? 1 : 0);
  }
  gauge("plumbline_recovery_duration_seconds", daemon.recovery_seconds);
  gauge("plumbline_ready", daemon.ready ? 1 : 0);
  gauge("plumbline_scrape_duration_seconds", daemon.scrape_seconds);
  out->AddGauge("plumbline_build_info",
                {{"version", daemon.version},
                 {"revision", daemon.revision},
                 {"compiler", daemon.compiler}},
                1);
  gauge("plumbline_config_last_reload_successful",
        daemon.last_reload_successful ? 1 : 0);
  gauge("plumbline_config_last_reload_success_timestamp_seconds",
        daemon.last_reload_success_seconds);
  out->AddCounter("process_cpu_seconds_total", {}, daemon.process.cpu_seconds);
  gauge("process_resident_memory_bytes", daemon.process.resident_bytes);
  gauge("process_virtual_memory_bytes", daemon.process.virtual_bytes);
  gauge("process_open_fds", daemon.process.open_fds);
  gauge("process_max_fds", daemon.process.max_fds);
  gauge("process_start_time_seconds", daemon.process.start_time_seconds);
  if (!daemon.recovered) return;
  gauge("plumbline_remembered_bytes",
        static_cast<double>(state.gauges().remembered_bytes.load(relaxed)));
  gauge("plumbline_resend_protection_seconds",
        static_cast<double>(ResendProtectionMs(state, now_ms)) / 1000);
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
    VisitModels(*state_, now_ms, [&](const ModelSnapshot& model) {
      AddModel(&families, model);
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
    // The comments stand before the first sample of a family.
    while (begun[index] && piece.starts_with('#')) {
      piece.remove_prefix(piece.find('\n') + 1);
    }
    begun[index] = true;
    take(index, piece);
  });
}

}  // namespace plumbline
