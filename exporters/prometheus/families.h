// The metric families of /metrics, in order.

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

// One label. The serializer escapes its value.
struct LabelPair {
  std::string_view name;
  std::string_view value;
};
using Labels = std::vector<LabelPair>;

// Collects samples by family, and hands them on in batches: all at once would
// take several times the memory of their text. families.cc declares all names.
class Families {
 public:
  // Takes a batch of at least one sample: a list of one family, as serializers
  // expect it. `index` is the place of the family among all.
  using Take = std::function<void(
      size_t index, const std::vector<prometheus::MetricFamily>& some)>;

  explicit Families(Take take);

  void AddGauge(std::string_view family, const Labels& labels, double value) {
    Add(family, labels).gauge.value = value;
  }
  // Adds a gauge or a counter, as its family declares. Omits a time that is not
  // set yet.
  void AddFinding(const FindingKind& kind, const Finding& finding,
                  const Labels& labels);
  void AddCounter(std::string_view family, const Labels& labels, double value) {
    Add(family, labels).counter.value = value;
  }
  // `counts` has one more entry than `bounds` and is not cumulative.
  void AddHistogram(std::string_view family, const Labels& labels,
                    const double* bounds, size_t bound_count,
                    const uint64_t* counts, double sum);

  // Hands on the remaining samples. Call once, after the last sample.
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
  // By prefix of the kind and name, compared as pointers.
  std::map<std::pair<const char*, const char*>, size_t> findings_;
};

}  // namespace plumbline
