#include "exporters/api/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/units.h"
#include "core/event/timestamp.h"
#include "core/snapshot/conflicts.h"
#include "exporters/api/findings_json.h"
#include "exporters/api/window_json.h"

namespace plumbline {
namespace {

// Keeps the order in which fields are written.
using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json TimeJson(uint64_t ms) {
  if (ms == 0) return nullptr;
  return FormatTimestamp(static_cast<int64_t>(ms));
}

Json SummaryJson(const ModelSnapshot& model) {
  Json versions = Json::array();
  for (const VersionSnapshot& version : model.versions) {
    versions.push_back(
        {{"version", version.name},
         {"predictions", version.counts[kPredictions]},
         {"observations", version.counts[kObservations]},
         {"last_prediction", TimeJson(version.counts[kLastPredictionMs])},
         {"last_label", TimeJson(model.counts[kLastLabelMs])}});
  }
  Json json = {
      {"model", model.name},
      {"task", nullptr},
      {"task_since", TimeJson(static_cast<uint64_t>(model.task_since_ms))},
      {"classes", model.classes},
      {"positive_class", nullptr},
      {"assumed", Json::array()},
      {"versions", versions}};
  if (model.task_origin != TaskOrigin::kOpen) {
    json["task"] = TaskName(model.task);
  }
  if (model.positive_class) json["positive_class"] = *model.positive_class;
  if (model.task_origin == TaskOrigin::kAssumed) {
    json["assumed"].push_back("task");
  }
  if (model.positive_origin == PositiveOrigin::kAssumed) {
    json["assumed"].push_back("positive_class");
  }
  return json;
}

Json WindowJson(const ModelSnapshot& model, const VersionSnapshot& version,
                const WindowSnapshot& window) {
  Json json = {{"version", version.name},
               {"window", window.settings.name},
               {"segment", SegmentJson(window)},
               {"observations", window.counts.observations}};
  if (model.task != Task::kRegression) json["classes"] = model.classes;
  if (model.has_matrix) json["confusion"] = ConfusionJson(model, window);
  AppendFindings(
      WindowInput(model, window), [](const FindingKind&) { return true; },
      &json);
  return json;
}

Json DetectorsJson(const DetectorSettings& detectors) {
  Json json = Json::object();
  if (detectors.adwin) json["adwin"] = {{"delta", detectors.adwin->delta}};
  if (const auto& page_hinkley = detectors.page_hinkley) {
    json["page_hinkley"] = {{"delta", page_hinkley->delta},
                            {"threshold", page_hinkley->threshold},
                            {"alpha", page_hinkley->alpha}};
  }
  if (detectors.ddm) {
    json["ddm"] = {{"warm_up", detectors.ddm->warm_up},
                   {"drift", detectors.ddm->drift}};
  }
  if (detectors.hddm_a) {
    json["hddm_a"] = {{"confidence", detectors.hddm_a->confidence}};
  }
  return json;
}

Json DriftSettingsJson(const DriftSettings& drift) {
  Json json = {{"of", Json::array()}, {"features", drift.features}};
  if (drift.predictions) json["of"].push_back("prediction");
  if (drift.scores) json["of"].push_back("score");
  if (drift.first > 0) {
    json["reference"] = "first_" + std::to_string(drift.first);
  } else if (drift.to_ms > 0) {
    json["reference"] = {{"from", FormatTimestamp(drift.from_ms)},
                         {"to", FormatTimestamp(drift.to_ms)}};
  } else {
    json["reference"] = "last_week";
  }
  return json;
}

Json EventLogJson(const EventLogSettings& log) {
  Json records = Json::array();
  for (const auto& [name, wanted] : {std::pair("prediction", log.predictions),
                                     std::pair("label", log.labels),
                                     std::pair("observation", log.observations),
                                     std::pair("figures", log.figures)}) {
    if (wanted) records.push_back(name);
  }
  return {{"path", log.path},
          {"records", records},
          {"sample", log.sample},
          {"redact", log.redact},
          {"rotate_bytes", FormatSize(log.rotate_bytes)},
          {"rotate_every", FormatDuration(log.rotate_every_ms)},
          {"retain", FormatDuration(log.retain_ms)},
          {"retain_bytes", FormatSize(log.retain_bytes)}};
}

Json WindowNames(const ModelSettings& model) {
  Json names = Json::array();
  for (const WindowSettings& window : model.windows) {
    names.push_back(window.name);
  }
  return names;
}

Json ConfigJson(const Config& config) {
  const Settings& engine = config.engine;
  Json models = Json::array();
  for (const ModelSettings& rule : engine.model_rules) {
    Json model = {{"match", rule.match}, {"windows", WindowNames(rule)}};
    if (rule.task) model["task"] = TaskName(*rule.task);
    if (!rule.positive_class.empty()) {
      model["positive_class"] = rule.positive_class;
    }
    if (!rule.classes.empty()) model["classes"] = rule.classes;
    for (const auto& [spelling, name] : rule.aliases) {
      model["aliases"][spelling] = name;
    }
    if (rule.min_coverage > 0) model["min_coverage"] = rule.min_coverage;
    if (rule.by_prediction) model["window_time"] = "prediction";
    if (!rule.slices.empty()) model["slices"] = rule.slices;
    for (const ThresholdSettings& threshold : rule.thresholds) {
      model["thresholds"].push_back(threshold.value);
    }
    model["detectors"] = DetectorsJson(rule.detectors);
    model["anomalies"] = {
        {"metrics", rule.anomalies.metrics},
        {"threshold", rule.anomalies.threshold},
        {"min_history", FormatDuration(rule.anomalies.min_history_ms)}};
    model["drift"] = DriftSettingsJson(rule.drift);
    model["estimate"] = rule.estimate;
    models.push_back(std::move(model));
  }
  for (const Objective& objective : config.objectives) {
    Json json = {{"metric", objective.metric}, {"window", objective.window}};
    if (objective.min) json["min"] = *objective.min;
    if (objective.max) json["max"] = *objective.max;
    json["min_observations"] = objective.min_observations;
    models[objective.rule]["objectives"].push_back(std::move(json));
  }
  return {{"windows", WindowNames(engine.defaults)},
          {"slots_per_window", config.slots_per_window},
          {"join",
           {{"horizon", FormatDuration(engine.horizon_ms)},
            {"label_horizon", FormatDuration(engine.label_horizon_ms)},
            {"max_bytes", FormatSize(config.max_bytes)},
            {"memory_bytes", FormatSize(config.memory_bytes)},
            {"when_full", engine.evict_oldest ? "evict_oldest" : "reject"},
            {"label_changes", engine.correct_labels ? "correct" : "ignore"}}},
          {"storage",
           {{"durability", config.durability},
            {"retention", FormatDuration(config.retention_ms)},
            {"snapshots", config.snapshots}}},
          {"limits",
           {{"models", engine.models},
            {"versions_per_model", engine.versions_per_model},
            {"versions_when_full",
             engine.retire_oldest_version ? "retire_oldest" : "reject"},
            {"retire_after", FormatDuration(engine.retire_after_ms)},
            {"classes", engine.classes},
            {"matrix_classes", engine.matrix_classes},
            {"segments_per_model", engine.segments_per_model},
            {"window_bytes", FormatSize(engine.window_bytes)},
            {"connections", config.connections},
            {"in_flight_bytes", FormatSize(config.in_flight_bytes)},
            {"body_bytes", FormatSize(config.body_bytes)},
            {"unpacked_body_bytes", FormatSize(config.unpacked_body_bytes)},
            {"events_per_request", config.events_per_request},
            {"future", FormatDuration(config.future_ms)}}},
          {"event_log",
           config.event_log ? EventLogJson(*config.event_log) : Json(nullptr)},
          {"models", models}};
}

}  // namespace

std::string ModelsJson(const PublishedState& state, int64_t now_ms) {
  Json models = Json::array();
  VisitModels(state, now_ms, [&models](const ModelSnapshot& model) {
    models.push_back(SummaryJson(model));
  });
  return Dump({{"models", models}});
}

std::string ModelJson(const ModelSnapshot& model, const Choice& choice) {
  Json results = Json::array();
  std::vector<const VersionSnapshot*> versions;
  for (const VersionSnapshot& version : model.versions) {
    if (!choice.Has(version)) continue;
    versions.push_back(&version);
    for (const WindowSnapshot& window : version.windows) {
      if (!choice.Has(window)) continue;
      results.push_back(WindowJson(model, version, window));
    }
  }
  Json json = {{"model", model.name}, {"results", std::move(results)}};
  json.update(ListedFindings(versions));
  return Dump(json);
}

namespace {

// The use of each limit. Limits per model show the model with the highest use.
Json LimitsJson(const PublishedState& state, const Config& config,
                const DaemonFigures& daemon) {
  constexpr auto relaxed = std::memory_order_relaxed;
  const PublishedState::Gauges& gauges = state.gauges();
  size_t versions = 0;
  uint32_t classes = 0;
  {
    const Reclaimer::Guard guard(state.reclaimer());
    for (const PublishedModel* model : state.models().Get()) {
      versions = std::max(versions, model->versions.Get().size());
      classes = std::max(classes, model->class_count());
    }
  }
  const auto limit = [](auto used, int64_t most) {
    return Json{{"used", used}, {"limit", most}};
  };
  const Settings& engine = config.engine;
  return {
      {"models", limit(gauges.model_count.load(relaxed), engine.models)},
      {"versions_per_model", limit(versions, engine.versions_per_model)},
      {"classes", limit(classes, engine.classes)},
      {"remembered_bytes",
       limit(gauges.remembered_bytes.load(relaxed), engine.remembered_bytes)},
      {"join_memory_bytes",
       limit(daemon.join_memory_bytes, config.memory_bytes)},
      {"window_bytes",
       limit(gauges.window_bytes.load(relaxed), engine.window_bytes)},
      {"connections", limit(daemon.connections, config.connections)},
      {"in_flight_bytes",
       limit(daemon.in_flight_bytes, config.in_flight_bytes)},
  };
}

Json ConflictsJson(const PublishedState& state, const Settings& settings) {
  Json conflicts = Json::array();
  for (const Conflict& conflict : ConflictsOf(state, settings)) {
    conflicts.push_back({{"model", conflict.model},
                         {"field", conflict.field},
                         {"message", conflict.message}});
  }
  return conflicts;
}

Json ListenersJson(const DaemonFigures& daemon) {
  Json listeners = Json::array();
  for (const ListenerFigures& listener : daemon.listeners) {
    listeners.push_back({{"listener", listener.name},
                         {"addresses", listener.addresses},
                         {"open", listener.open}});
  }
  return listeners;
}

Json StorageJson(const StorageFigures& storage) {
  Json errors = Json::object();
  for (size_t i = 0; i < kStorageOperations.size(); ++i) {
    errors[std::string(kStorageOperations[i])] = storage.errors[i];
  }
  Json faults = Json::array();
  for (const StorageFaultFigures& fault : storage.faults) {
    Json& shown =
        faults.emplace_back(Json{{"operation", fault.operation},
                                 {"what", fault.what},
                                 {"means", fault.meaning},
                                 {"file", fault.file},
                                 {"error", fault.error},
                                 {"times", fault.times},
                                 {"first", FormatTimestamp(fault.first_ms)},
                                 {"last", FormatTimestamp(fault.last_ms)}});
    if (fault.offset) shown["offset"] = *fault.offset;
  }
  return {{"stores", storage.refuses.empty()},
          {"refuses", storage.refuses},
          {"damaged", storage.damaged},
          {"errors", errors},
          {"faults", faults}};
}

Json RecentJson(const RejectionFigures& rejections) {
  Json recent = Json::array();
  for (const RecentRejection& rejection : rejections.recent) {
    recent.push_back({{"time", FormatTimestamp(rejection.time_ms)},
                      {"model", rejection.model},
                      {"field", rejection.field},
                      {"code", rejection.code},
                      {"message", rejection.message}});
  }
  return recent;
}

}  // namespace

std::string StatusJson(const PublishedState& state, const Config& config,
                       const DaemonFigures& daemon, int64_t now_ms) {
  const double started = daemon.process.start_time_seconds;
  const double uptime = static_cast<double>(now_ms) / 1000 - started;
  return Dump(
      {{"version", daemon.version},
       {"revision", daemon.revision},
       {"compiler", daemon.compiler},
       {"ready", daemon.ready},
       {"started", FormatTimestamp(static_cast<int64_t>(started * 1000))},
       {"uptime_seconds", uptime},
       {"limits", LimitsJson(state, config, daemon)},
       {"conflicts", ConflictsJson(state, config.engine)},
       {"recent_rejections", RecentJson(daemon.rejections)},
       {"storage", StorageJson(daemon.storage)},
       {"listeners", ListenersJson(daemon)},
       {"resend_protection_seconds",
        static_cast<double>(ResendProtectionMs(state, now_ms)) / 1000},
       {"config", ConfigJson(config)}});
}

}  // namespace plumbline
