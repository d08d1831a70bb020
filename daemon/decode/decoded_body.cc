#include <algorithm>

#include "daemon/decode/body.h"

namespace plumbline {

FeatureNames FeaturesOf(const Settings& settings) {
  FeatureNames names;
  const auto add = [&names](const ModelSettings& rule) {
    const auto& features = rule.drift.features;
    names.insert(names.end(), features.begin(), features.end());
  };
  std::for_each(settings.model_rules.begin(), settings.model_rules.end(), add);
  add(settings.defaults);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void DecodedBody::Clear() {
  batch.Clear();
  events = 0;
  errors.clear();
  rejected.fill(0);
  warnings.clear();
  warned.fill(0);
}

void DecodedBody::AddError(EventError error) {
  ++rejected[static_cast<size_t>(error.reject)];
  if (errors.size() < kListedErrors) errors.push_back(std::move(error));
}

void DecodedBody::AddWarning(EventWarning warning) {
  ++warned[static_cast<size_t>(warning.warning)];
  if (warnings.size() < kListedWarnings) warnings.push_back(std::move(warning));
}

}  // namespace plumbline
