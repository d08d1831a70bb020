// The keys `detectors` and `anomalies` of a model.

#pragma once

#include "config/yaml_reader.h"
#include "core/settings/detector_settings.h"
#include "core/settings/settings.h"

namespace plumbline {

// With the key, those that it names, with what they leave out as the default;
// without it the default alone.
void ReadDetectors(YamlMap* model, std::vector<ConfigProblem>* problems,
                   DetectorSettings* detectors);

void ReadAnomalies(YamlMap* model, std::vector<ConfigProblem>* problems,
                   AnomalySettings* anomalies);

}  // namespace plumbline
