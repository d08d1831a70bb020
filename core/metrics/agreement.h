// Agreement of predictions and labels beyond chance, from -1 to 1, as
// scikit-learn defines it for any number of classes. For 0/0, scikit-learn
// returns a number and these return nullopt: for Matthews if all predictions or
// all labels are of one class, for kappa if all predictions and labels are of
// the same class.

#pragma once

#include "core/metrics/classification.h"
#include "core/metrics/confusion.h"

namespace plumbline {

// matthews_corrcoef: the correlation of predictions and labels (J. Gorodkin,
// "Comparing two K-category assignments by a K-category correlation
// coefficient", Computational Biology and Chemistry 28, 2004).
Figure MatthewsCorrelation(const Confusion& confusion);

// cohen_kappa_score (J. Cohen, "A Coefficient of Agreement for Nominal Scales",
// Educational and Psychological Measurement 20, 1960).
Figure CohenKappa(const Confusion& confusion);

}  // namespace plumbline
