#include "core/metrics/classification.h"

namespace plumbline {
namespace {

Figure Ratio(double numerator, double denominator) {
  if (denominator == 0) return std::nullopt;
  return numerator / denominator;
}

Figure Ratio(uint64_t numerator, uint64_t denominator) {
  return Ratio(static_cast<double>(numerator),
               static_cast<double>(denominator));
}

uint64_t TrueNegatives(const ClassCounts& c, uint64_t observations) {
  return observations + c.true_positives - c.actual - c.predicted;
}

bool Occurs(const ClassCounts& c) { return c.actual + c.predicted > 0; }

}  // namespace

uint64_t Correct(const Confusion& confusion) {
  uint64_t correct = 0;
  for (const ClassCounts& c : confusion.classes) correct += c.true_positives;
  return correct;
}

Figure Precision(const ClassCounts& c) {
  return Ratio(c.true_positives, c.predicted);
}

Figure Recall(const ClassCounts& c) {
  return Ratio(c.true_positives, c.actual);
}

Figure F1(const ClassCounts& c) {
  return Ratio(2 * c.true_positives, c.predicted + c.actual);
}

Figure Specificity(const ClassCounts& c, uint64_t observations) {
  return Ratio(TrueNegatives(c, observations), observations - c.actual);
}

Figure FalsePositiveRate(const ClassCounts& c, uint64_t observations) {
  return Ratio(c.predicted - c.true_positives, observations - c.actual);
}

Figure NegativePredictiveValue(const ClassCounts& c, uint64_t observations) {
  return Ratio(TrueNegatives(c, observations), observations - c.predicted);
}

Figure PositivePrediction(const ClassCounts& c, uint64_t observations) {
  return Ratio(c.predicted, observations);
}

Figure Accuracy(const Confusion& confusion) {
  return Ratio(Correct(confusion), confusion.observations);
}

Figure BalancedAccuracy(const Confusion& confusion) {
  double sum = 0;
  double classes = 0;
  for (const ClassCounts& c : confusion.classes) {
    if (c.actual == 0) continue;
    sum += *Recall(c);
    ++classes;
  }
  return Ratio(sum, classes);
}

Figure Averaged(const Confusion& confusion, Average average,
                ClassFigure figure) {
  if (average == Average::kMicro) {
    ClassCounts sum;
    for (const ClassCounts& c : confusion.classes) {
      sum.true_positives += c.true_positives;
      sum.predicted += c.predicted;
      sum.actual += c.actual;
    }
    return figure(sum);
  }
  double sum = 0;
  double weights = 0;
  for (const ClassCounts& c : confusion.classes) {
    if (!Occurs(c)) continue;
    const double weight =
        average == Average::kWeighted ? static_cast<double>(c.actual) : 1;
    sum += weight * figure(c).value_or(0);
    weights += weight;
  }
  return Ratio(sum, weights);
}

}  // namespace plumbline
