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
  sent.Clear();
  events = 0;
  errors.clear();
  rejected.fill(0);
  rejected_by_model.clear();
  warnings.clear();
  warned.fill(0);
}

void DecodedBody::AddError(EventError error) {
  CountRejected(error.model, error.reject);
  if (errors.size() < kListedErrors) errors.push_back(std::move(error));
}

void DecodedBody::CountRejected(std::string_view model, Reject reject) {
  const auto reason = static_cast<size_t>(reject);
  ++rejected[reason];
  auto of_model = rejected_by_model.find(model);
  if (of_model == rejected_by_model.end()) {
    of_model = rejected_by_model.try_emplace(std::string(model)).first;
  }
  ++of_model->second[reason];
}

void DecodedBody::AddWarning(EventWarning warning) {
  ++warned[static_cast<size_t>(warning.warning)];
  if (warnings.size() < kListedWarnings) warnings.push_back(std::move(warning));
}

}  // namespace plumbline
