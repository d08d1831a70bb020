#include "exporters/prometheus/families.h"

#include <stdexcept>

namespace plumbline {
namespace {

using prometheus::MetricType;

// Samples per batch: enough to make the cost per batch negligible.
constexpr size_t kSome = 64;

struct Declaration {
  std::string name;
  MetricType type;
  std::string help;
};

constexpr auto kGauge = MetricType::Gauge;
constexpr auto kCounter = MetricType::Counter;
constexpr auto kHistogram = MetricType::Histogram;

// Before the findings of windows.
const std::vector<Declaration> kCounts = {
    {"plumbline_window_observations", kGauge,
     "Pairs of prediction and label in the window."},
    {"plumbline_confusion_observations", kGauge,
     "Pairs in the window by label and prediction."},
};

// After them.
const std::vector<Declaration> kTotals = {
    {"plumbline_predictions_total", kCounter, "Predictions accepted."},
    {"plumbline_labels_total", kCounter,
     "Labels accepted, the first of each id."},
    {"plumbline_observations_total", kCounter,
     "Pairs of prediction and label completed."},
    {"plumbline_outcomes_total", kCounter,
     "Pairs counted by label and prediction; a corrected pair counts again."},
    {"plumbline_outcomes_withdrawn_total", kCounter,
     "Pairs taken out of their old cell by a corrected label."},
    {"plumbline_corrections_total", kCounter, "Labels corrected."},
};

// After the findings of versions.
const std::vector<Declaration> kOthers = {
    {"plumbline_duplicates_total", kCounter,
     "Predictions and labels sent again."},
    {"plumbline_expired_predictions_total", kCounter,
     "Predictions whose label did not arrive within the horizon."},
    {"plumbline_evicted_predictions_total", kCounter,
     "Waiting predictions evicted at the limit of remembered ids."},
    {"plumbline_joined_labels_total", kCounter,
     "Labels that scored at least one prediction."},
    {"plumbline_expired_labels_total", kCounter,
     "Early labels whose prediction did not arrive within the horizon."},
    {"plumbline_evicted_labels_total", kCounter,
     "Waiting labels evicted at the limit of remembered ids."},
    {"plumbline_forgotten_predictions_total", kCounter,
     "Joined predictions forgotten at the limit of remembered ids."},
    {"plumbline_retired_versions_total", kCounter,
     "Versions retired, after long silence or to make room for another."},
    {"plumbline_retired_pending_predictions_total", kCounter,
     "Predictions that waited when their version retired to make room."},
    // Join
    {"plumbline_pending_predictions", kGauge,
     "Predictions waiting for their label."},
    {"plumbline_pending_labels", kGauge,
     "Labels waiting for their prediction."},
    {"plumbline_remembered_bytes", kGauge,
     "Size of all ids remembered, computed from their number."},
    {"plumbline_resend_protection_seconds", kGauge,
     "How far back a resend is still recognised."},
    {"plumbline_label_delay_seconds", kHistogram,
     "Time from a prediction to its label."},
    {"plumbline_prediction_latency_seconds", kHistogram,
     "Latency of predictions, as sent."},
    {"plumbline_last_prediction_timestamp_seconds", kGauge,
     "When a prediction was last received."},
    {"plumbline_last_label_timestamp_seconds", kGauge,
     "When a label was last received."},
    // The daemon itself
    {"plumbline_ingest_requests_total", kCounter,
     "Requests answered by the ingest listener."},
    {"plumbline_ingest_request_duration_seconds", kHistogram,
     "Time from the headers of an ingest request to its answer."},
    {"plumbline_ingest_bytes_total", kCounter,
     "Bytes of ingest bodies, as sent."},
    {"plumbline_ingest_events_total", kCounter,
     "Events received, rejected ones included."},
    {"plumbline_ingest_rejected_events_total", kCounter,
     "Events rejected, by reason."},
    {"plumbline_rejected_events_total", kCounter,
     "Events rejected that name a known model, by reason, since the start."},
    {"plumbline_ingest_warnings_total", kCounter,
     "Events accepted with a part left out or assumed, by reason."},
    {"plumbline_storage_errors_total", kCounter,
     "Failed operations of the storage."},
    {"plumbline_storage_lost_groups_total", kCounter,
     "Groups of answered events that were missing in the store at the start."},
    {"plumbline_store_damaged", kGauge,
     "1 if damage or loss was found in the store, else 0."},
    {"plumbline_storage_bytes", kGauge, "Size of the storage on disk."},
    {"plumbline_window_bytes", kGauge,
     "Upper bound of the memory of windows and totals."},
    {"plumbline_clock_behind_seconds", kGauge,
     "Lag of the system's clock behind the last time used."},
    {"plumbline_listener_open", kGauge,
     "1 if other machines can reach it without credentials, else 0."},
    {"plumbline_checkpoint_duration_seconds", kGauge,
     "Duration of the last checkpoint; 0 before the first."},
    {"plumbline_checkpoint_pause_seconds", kGauge,
     "Time that the last checkpoint stopped ingest; 0 before the first."},
    {"plumbline_recovery_duration_seconds", kGauge,
     "Duration of the last start until the daemon was ready."},
    {"plumbline_ready", kGauge,
     "1 if recovery has finished and events can be stored, else 0."},
    {"plumbline_scrape_duration_seconds", kGauge,
     "Duration of the last scrape."},
    {"plumbline_build_info", kGauge,
     "Version, revision and compiler of the daemon; always 1."},
    {"plumbline_config_last_reload_successful", kGauge,
     "1 if the last load of the configuration succeeded, else 0."},
    {"plumbline_config_last_reload_success_timestamp_seconds", kGauge,
     "Time of the last successful load of the configuration."},
    // The event log
    {"plumbline_event_log_records_total", kCounter,
     "Records written to the event log, by kind."},
    {"plumbline_event_log_dropped_total", kCounter,
     "Records that were not written to the event log, by reason."},
    {"plumbline_event_log_bytes", kGauge,
     "Size of the files of the event log, as written."},
    {"plumbline_event_log_files", kGauge, "Files of the event log."},
    {"process_cpu_seconds_total", kCounter,
     "User and system CPU time spent in seconds."},
    {"process_resident_memory_bytes", kGauge, "Resident memory size in bytes."},
    {"process_virtual_memory_bytes", kGauge, "Virtual memory size in bytes."},
    {"process_open_fds", kGauge, "Number of open file descriptors."},
    {"process_max_fds", kGauge, "Maximum number of open file descriptors."},
    {"process_start_time_seconds", kGauge,
     "Start time of the process since unix epoch in seconds."},
};

// In the order in which they appear.
const std::vector<Declaration>& Declarations() {
  static const std::vector<Declaration> kAll = [] {
    std::vector<Declaration> all;
    const auto declare = [&all](const std::vector<Declaration>& some) {
      all.insert(all.end(), some.begin(), some.end());
    };
    const auto declare_findings = [&all](std::vector<FindingFamily> families) {
      for (FindingFamily& family : families) {
        all.push_back({std::move(family.metric),
                       family.is_total ? kCounter : kGauge,
                       std::move(family.help)});
      }
    };
    declare(kCounts);
    declare_findings(WindowFamilies());
    declare(kTotals);
    declare_findings(VersionFamilies());
    declare(kOthers);
    return all;
  }();
  return kAll;
}

}  // namespace

Families::Families(Take take) : take_(std::move(take)) {
  families_.reserve(Declarations().size());
  for (const Declaration& declaration : Declarations()) {
    index_.emplace(declaration.name, families_.size());
    prometheus::MetricFamily& family = families_.emplace_back(1).front();
    family.name = declaration.name;
    family.help = declaration.help;
    family.type = declaration.type;
  }
}

void Families::Finish() {
  for (size_t index = 0; index < families_.size(); ++index) HandOn(index);
}

void Families::HandOn(size_t index) {
  auto& samples = families_[index].front().metric;
  if (samples.empty()) return;
  take_(index, families_[index]);
  samples.clear();
}

void Families::AddHistogram(std::string_view family, const Labels& labels,
                            const double* bounds, size_t bound_count,
                            const uint64_t* counts, double sum) {
  prometheus::ClientMetric::Histogram& histogram =
      Add(family, labels).histogram;
  histogram.sample_sum = sum;
  uint64_t cumulative = 0;
  for (size_t i = 0; i < bound_count; ++i) {
    cumulative += counts[i];
    histogram.bucket.push_back({cumulative, bounds[i]});
  }
  histogram.sample_count = cumulative + counts[bound_count];
}

void Families::AddFinding(const FindingKind& kind, const Finding& finding,
                          const Labels& labels) {
  double value = finding.value();
  if (finding.form() == FindingForm::kTimeMs) {
    if (value == 0) return;
    value /= 1000;
  }
  const auto [it, added] =
      findings_.try_emplace({kind.prefix.data(), finding.name().data()}, 0);
  if (added) {
    it->second = IndexOf(MetricName(kind.prefix, finding.name(),
                                    finding.form() == FindingForm::kRatio));
  }
  const bool is_total = families_[it->second].front().type == kCounter;
  prometheus::ClientMetric& metric = Add(it->second, labels);
  (is_total ? metric.counter.value : metric.gauge.value) = value;
}

size_t Families::IndexOf(std::string_view family) const {
  const auto it = index_.find(family);
  if (it == index_.end()) {
    throw std::logic_error("undeclared family " + std::string(family));
  }
  return it->second;
}

prometheus::ClientMetric& Families::Add(size_t index, const Labels& labels) {
  auto& samples = families_[index].front().metric;
  if (samples.size() == kSome) HandOn(index);
  prometheus::ClientMetric& metric = samples.emplace_back();
  metric.label.reserve(labels.size());
  for (const LabelPair& label : labels) {
    metric.label.push_back({std::string(label.name), std::string(label.value)});
  }
  return metric;
}

}  // namespace plumbline
