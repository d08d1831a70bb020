#include "exporters/prometheus/daemon_families.h"

#include <array>
#include <cstdint>
#include <vector>

#include "core/snapshot/snapshot.h"

namespace plumbline {
namespace {

double Number(uint64_t n) { return static_cast<double>(n); }

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

}  // namespace

// Exposes every reason, also with 0, so that increase() sees the first
// rejection.
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

}  // namespace plumbline
