// ScoredPair: a prediction and the label that scores it.

#pragma once

#include "core/join/chain.h"
#include "core/model/model.h"
#include "core/pairs/record.h"

namespace plumbline {

struct ScoredPair {
  Model* model;
  Version* version;      // that predicted
  const Record& record;  // of the prediction
  LabelValue label;
  const PairDetails& details;  // of the prediction

  // As windows count it.
  Observation AsObservation() const;
  // How wrong the prediction was, for detectors of change.
  double Error() const;
};

}  // namespace plumbline
