#include "core/settings/settings.h"

#include <algorithm>

#include "core/codec/bytes.h"
#include "core/settings/class_text.h"
#include "core/settings/settings_range.h"

namespace plumbline {
namespace {

constexpr int8_t kNoTask = -1;

// One list of the fields of detectors serves both directions.
template <class Settings, class Visit>
void VisitDetectors(Settings& detectors, Visit visit) {
  visit(detectors.adwin, [](auto& s, auto field) { field(s.delta); });
  visit(detectors.page_hinkley, [](auto& s, auto field) {
    field(s.delta);
    field(s.threshold);
    field(s.alpha);
  });
  visit(detectors.ddm, [](auto& s, auto field) {
    field(s.warm_up);
    field(s.drift);
  });
  visit(detectors.hddm_a, [](auto& s, auto field) { field(s.confidence); });
}

template <class Settings, class Visit>
void VisitDrift(Settings& drift, Visit visit) {
  visit(drift.predictions);
  visit(drift.scores);
  visit(drift.first);
  visit(drift.from_ms);
  visit(drift.to_ms);
}

void PutModel(ByteWriter* out, const ModelSettings& model) {
  out->PutBytes(model.match);
  out->Put(model.task ? static_cast<int8_t>(*model.task) : kNoTask);
  out->PutBytes(model.positive_class);
  out->Put<uint64_t>(model.classes.size());
  for (const std::string& name : model.classes) out->PutBytes(name);
  out->Put<uint64_t>(model.windows.size());
  for (const WindowSettings& window : model.windows) {
    out->PutBytes(window.name);
    out->Put(window.length_ms);
    out->Put(window.last);
    out->Put(window.slots);
    out->Put(window.by_prediction);
  }
  out->Put(model.min_coverage);
  out->Put(model.by_prediction);
  out->Put<uint64_t>(model.slices.size());
  for (const auto& keys : model.slices) {
    out->Put<uint64_t>(keys.size());
    for (const std::string& key : keys) out->PutBytes(key);
  }
  out->Put<uint64_t>(model.thresholds.size());
  for (const ThresholdSettings& threshold : model.thresholds) {
    out->PutBytes(threshold.text);
    out->Put(threshold.value);
  }
  VisitDetectors(model.detectors, [out](const auto& one, auto fields) {
    out->Put(one.has_value());
    if (one) fields(*one, [out](const auto& field) { out->Put(field); });
  });
  out->Put<uint64_t>(model.anomalies.metrics.size());
  for (const std::string& name : model.anomalies.metrics) out->PutBytes(name);
  out->Put(model.anomalies.threshold);
  out->Put(model.anomalies.min_history_ms);
  out->Put<uint64_t>(model.drift.features.size());
  for (const std::string& name : model.drift.features) out->PutBytes(name);
  VisitDrift(model.drift, [out](const auto& field) { out->Put(field); });
  out->Put(model.estimate);
  out->Put<uint64_t>(model.aliases.size());
  for (const auto& [spelling, name] : model.aliases) {
    out->PutBytes(spelling);
    out->PutBytes(name);
  }
}

ModelSettings GetModel(ByteReader* in, int64_t revision) {
  ModelSettings model;
  model.match = in->GetBytes();
  const auto task = in->Get<int8_t>();
  if (task != kNoTask) model.task = static_cast<Task>(task);
  model.positive_class = in->GetBytes();
  for (auto n = in->Get<uint64_t>(); n > 0 && in->ok(); --n) {
    model.classes.emplace_back(in->GetBytes());
  }
  for (auto n = in->Get<uint64_t>(); n > 0 && in->ok(); --n) {
    WindowSettings window;
    window.name = in->GetBytes();
    window.length_ms = in->Get<int64_t>();
    window.last = in->Get<int64_t>();
    window.slots = in->Get<int64_t>();
    window.by_prediction = in->Get<bool>();
    model.windows.push_back(window);
  }
  model.min_coverage = in->Get<double>();
  model.by_prediction = in->Get<bool>();
  for (auto n = in->Get<uint64_t>(); n > 0 && in->ok(); --n) {
    auto& keys = model.slices.emplace_back();
    for (auto k = in->Get<uint64_t>(); k > 0 && in->ok(); --k) {
      keys.emplace_back(in->GetBytes());
    }
  }
  for (auto n = in->Get<uint64_t>(); n > 0 && in->ok(); --n) {
    ThresholdSettings threshold;
    threshold.text = in->GetBytes();
    threshold.value = in->Get<double>();
    model.thresholds.push_back(threshold);
  }
  VisitDetectors(model.detectors, [in](auto& one, auto fields) {
    one.reset();
    if (!in->Get<bool>()) return;
    fields(one.emplace(), [in](auto& field) {
      field = in->Get<std::remove_reference_t<decltype(field)>>();
    });
  });
  model.anomalies.metrics.clear();
  for (auto n = in->Get<uint64_t>(); n > 0 && in->ok(); --n) {
    model.anomalies.metrics.emplace_back(in->GetBytes());
  }
  model.anomalies.threshold = in->Get<double>();
  model.anomalies.min_history_ms = in->Get<int64_t>();
  for (auto n = in->Get<uint64_t>(); n > 0 && in->ok(); --n) {
    model.drift.features.emplace_back(in->GetBytes());
  }
  VisitDrift(model.drift, [in](auto& field) {
    field = in->Get<std::remove_reference_t<decltype(field)>>();
  });
  model.estimate = in->Get<bool>();
  if (revision < 1) return model;
  for (auto n = in->Get<uint64_t>(); n > 0 && in->ok(); --n) {
    auto& [spelling, name] = model.aliases.emplace_back();
    spelling = in->GetBytes();
    name = in->GetBytes();
  }
  return model;
}

// One list of the plain fields serves both directions.
template <class S, class Visit>
void VisitFields(S& s, int64_t revision, Visit visit) {
  visit(s.horizon_ms);
  visit(s.label_horizon_ms);
  visit(s.remembered_bytes);
  visit(s.evict_oldest);
  visit(s.correct_labels);
  visit(s.models);
  visit(s.versions_per_model);
  visit(s.retire_after_ms);
  visit(s.classes);
  visit(s.matrix_classes);
  visit(s.segments_per_model);
  visit(s.window_bytes);
  if (revision >= 1) visit(s.retire_oldest_version);
}

// Encoded settings begin with their revision, as a negative number. Those of
// revision 0 begin with the horizon, which is positive.
constexpr int64_t kRevision = 1;

// The place behind the character of UTF-8 at `at`.
size_t NextCharacter(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) {
    ++at;
  }
  return at;
}

}  // namespace

std::string_view ModelSettings::ClassOf(std::string_view text) const {
  std::string_view name = CanonicalClass(text);
  const auto alias_of = [this](std::string_view spelling) {
    return std::find_if(aliases.begin(), aliases.end(), [&](const auto& alias) {
      return alias.first == spelling;
    });
  };
  const std::string_view other = OtherSpelling(name);
  auto alias = alias_of(name);
  if (alias == aliases.end() && !other.empty()) alias = alias_of(other);
  if (alias != aliases.end()) return alias->second;
  const auto is_listed = [this](std::string_view spelling) {
    return std::find(classes.begin(), classes.end(), spelling) != classes.end();
  };
  return !other.empty() && is_listed(other) && !is_listed(name) ? other : name;
}

std::string_view TaskName(Task task) {
  switch (task) {
    case Task::kRegression:
      return "regression";
    case Task::kMultilabel:
      return "multilabel";
    default:
      return "classification";
  }
}

bool ModelSettings::Names(std::string_view model) const {
  return match == model && IsPlainName(match);
}

bool IsPlainName(std::string_view text) {
  return text.find_first_of("*?") == std::string_view::npos;
}

const ModelSettings& Settings::For(std::string_view model) const {
  for (const ModelSettings& rule : model_rules) {
    if (GlobMatches(rule.match, model)) return rule;
  }
  return defaults;
}

bool GlobMatches(std::string_view glob, std::string_view text) {
  size_t g = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;  // the last * seen in glob
  size_t resume = 0;                     // where in text it tries next
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && glob[g] == '?') {
      ++g;
      t = NextCharacter(text, t);
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

std::string EncodeSettings(const Settings& settings) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Put(-kRevision);
  VisitFields(settings, kRevision, [&](const auto& field) { out.Put(field); });
  out.Put<uint64_t>(settings.model_rules.size());
  for (const ModelSettings& rule : settings.model_rules) PutModel(&out, rule);
  PutModel(&out, settings.defaults);
  return bytes;
}

std::optional<Settings> DecodeSettings(std::string_view bytes) {
  Settings settings;
  const auto first = ByteReader(bytes).Get<int64_t>();
  if (first < -kRevision) return std::nullopt;
  const int64_t revision = first < 0 ? -first : 0;
  ByteReader in(revision > 0 ? bytes.substr(sizeof(first)) : bytes);
  VisitFields(settings, revision, [&](auto& field) {
    field = in.Get<std::remove_reference_t<decltype(field)>>();
  });
  for (auto n = in.Get<uint64_t>(); n > 0 && in.ok(); --n) {
    settings.model_rules.push_back(GetModel(&in, revision));
  }
  settings.defaults = GetModel(&in, revision);
  if (!in.ok() || !in.AtEnd() || !IsInRange(settings)) return std::nullopt;
  return settings;
}

}  // namespace plumbline
