// The keys `detectors` and `anomalies` of a model.

#pragma once

#include "config/keys.h"
#include "core/settings/detector_settings.h"
#include "core/settings/settings.h"

namespace plumbline {

// With the key, enables the detectors that it names, with defaults for missing
// parameters; without it, the default detectors.

void ReadDetectors(YamlMap* model, DetectorSettings* detectors);
void ReadAnomalies(YamlMap* model, AnomalySettings* anomalies);

const Keys<DetectorSettings>& DetectorKeys();
const Keys<AdwinSettings>& AdwinKeys();
const Keys<PageHinkleySettings>& PageHinkleyKeys();
const Keys<DdmSettings>& DdmKeys();
const Keys<HddmSettings>& HddmKeys();
const Keys<AnomalySettings>& AnomalyKeys();

}  // namespace plumbline
