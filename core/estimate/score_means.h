// ScoreMeans: uncalibrated probabilities of scores.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "core/estimate/calibration.h"
#include "core/sync/published_list.h"

namespace plumbline {

// The mean score of each bin, by field, over the predictions seen.
class ScoreMeans {
 public:
  explicit ScoreMeans(Reclaimer* reclaimer) : fields_(reclaimer) {}

  // [Writer]
  void Add(uint32_t field, uint32_t bin, double score);
  void Clear(uint32_t field);
  void Clear() { fields_.Replace({}); }

  // [Any thread] Call it under a Reclaimer::Guard. A bin without a score has
  // its midpoint.
  BinValues Of(uint32_t field) const;
  uint32_t fields() const {
    return static_cast<uint32_t>(fields_.Get().size());
  }

  template <class Archive>
  void Fields(Archive& archive);
  static int64_t MostBytes(uint32_t fields);

 private:
  // The stored form.
  struct Sums {
    BinValues sums{};
    BinValues counts{};
  };
  static bool HasMeans(const Sums& of);
  static constexpr double kMostCount = 1 << 16;  // then older scores count half
  struct Field {
    Sums of;  // the writer's
    std::array<std::atomic<double>, EstimateBins::kBins> means;

    explicit Field(const Sums& sums) : of(sums) {
      for (uint32_t bin = 0; bin < means.size(); ++bin) Publish(bin);
    }
    void Publish(uint32_t bin);
  };

  PublishedList<Field> fields_;
};

}  // namespace plumbline
