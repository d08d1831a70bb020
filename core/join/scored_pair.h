// ScoredPair: a prediction and the label that scores it.

#pragma once

#include "core/join/chain.h"
#include "core/model/model.h"
#include "core/pairs/record.h"

namespace plumbline {

struct ScoredPair {
  Model* model;
  Version* version;      // of the prediction
  const Record& record;  // of the prediction
  LabelValue label;
  const PairDetails& details;  // of the prediction

  // The observation that windows count.
  Observation AsObservation() const;
  // The error of the prediction, for change detectors.
  double Error() const;
};

}  // namespace plumbline
