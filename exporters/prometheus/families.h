// The metric families that plumbline exposes, in the order they appear.

#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/snapshot/findings.h"

namespace plumbline {

// One label; the values are escaped by the serializer.
struct LabelPair {
  std::string_view name;
  std::string_view value;
};
using Labels = std::vector<LabelPair>;

// Collects samples by family, and hands them on some at a time: all of them at
// once would take several times the memory of their text. All names are
// declared in families.cc.
class Families {
 public:
  // A list of one family, as serializers take it, with some of its samples, at
  // least one. `index` is the place of the family among all.
  using Take = std::function<void(
      size_t index, const std::vector<prometheus::MetricFamily>& some)>;

  explicit Families(Take take);

  void AddGauge(std::string_view family, const Labels& labels, double value) {
    Add(family, labels).gauge.value = value;
  }
  // A gauge, or a counter, as its family is. What has no time yet is left out.
  void AddFinding(const FindingKind& kind, const Finding& finding,
                  const Labels& labels);
  void AddCounter(std::string_view family, const Labels& labels, double value) {
    Add(family, labels).counter.value = value;
  }
  // `counts` has one more entry than `bounds` and is not cumulative.
  void AddHistogram(std::string_view family, const Labels& labels,
                    const double* bounds, size_t bound_count,
                    const uint64_t* counts, double sum);

  // Hands on what is left. To be called once, after the last sample.
  void Finish();

 private:
  void HandOn(size_t index);
  size_t IndexOf(std::string_view family) const;
  prometheus::ClientMetric& Add(size_t index, const Labels& labels);
  prometheus::ClientMetric& Add(std::string_view family, const Labels& labels) {
    return Add(IndexOf(family), labels);
  }

  const Take take_;
  std::vector<std::vector<prometheus::MetricFamily>> families_;  // each a list
  std::unordered_map<std::string_view, size_t> index_;
  // By prefix of the kind and name, both of which are told by where they are.
  std::map<std::pair<const char*, const char*>, size_t> findings_;
};

}  // namespace plumbline
