// The metric families that plumbline exposes, in the order they appear.

#pragma once

#include <prometheus/metric_family.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/metrics/statistic.h"

namespace plumbline {

// One label; the values are escaped by the serializer.
struct LabelPair {
  std::string_view name;
  std::string_view value;
};
using Labels = std::vector<LabelPair>;

// Collects samples by family. All names are declared in families.cc.
class Families {
 public:
  // Makes room for as many samples of each family as sizes() once said.
  explicit Families(const std::vector<size_t>& expected);

  void AddGauge(std::string_view family, const Labels& labels, double value) {
    Add(family, labels).gauge.value = value;
  }
  // The family of a figure, which is `prefix`, its name, and "_ratio" if it is
  // one. Both views are of literals: they are told apart by where they are.
  void AddFigure(std::string_view prefix, const NamedFigure& figure,
                 const Labels& labels);
  void AddCounter(std::string_view family, const Labels& labels, double value) {
    Add(family, labels).counter.value = value;
  }
  // `counts` has one more entry than `bounds` and is not cumulative.
  void AddHistogram(std::string_view family, const Labels& labels,
                    const double* bounds, size_t bound_count,
                    const uint64_t* counts, double sum);

  // The samples of each family, in the order of declaration.
  std::vector<size_t> sizes() const;

  // Those with a sample, in the order of declaration.
  std::vector<prometheus::MetricFamily> Take();

 private:
  size_t IndexOf(std::string_view family) const;
  prometheus::ClientMetric& Add(size_t index, const Labels& labels);
  prometheus::ClientMetric& Add(std::string_view family, const Labels& labels) {
    return Add(IndexOf(family), labels);
  }

  std::vector<prometheus::MetricFamily> families_;
  std::unordered_map<std::string_view, size_t> index_;
  std::map<std::pair<const char*, const char*>, size_t> figures_;
};

}  // namespace plumbline
