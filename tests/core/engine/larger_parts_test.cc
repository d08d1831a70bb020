// Parts stored by a build that keeps more than this one. The surplus is merged
// as if it had been added here.

#include <cstdint>
#include <string>
#include <vector>

#include "core/codec/archive.h"
#include "core/detect/adwin.h"
#include "core/detect/figure_history.h"
#include "core/drift/bins.h"
#include "core/drift/numeric_sketch.h"
#include "core/drift/reference_sketch.h"
#include "core/window/slot.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

template <class Part>
bool Reads(const std::string& bytes, Part* part) {
  Load load(bytes);
  part->Fields(load);
  return load.ok() && load.AtEnd();
}

// A stored window of ADWIN with `buckets` buckets in each of `rows` rows.
std::string StoredAdwin(uint64_t rows, uint64_t buckets) {
  std::string bytes;
  Save save(&bytes);
  save.Part("", [&] {
    save.Field(1, buckets * ((uint64_t{1} << rows) - 1));  // width
    save.Field(7, [&] {
      save.Do(rows);
      for (uint64_t r = 0; r < rows; ++r) {
        save.Do(buckets);
        for (uint64_t i = 0; i < buckets; ++i) {
          save.Do(static_cast<double>(uint64_t{1} << r) / 2);  // sum
          save.Do(0.0);
        }
      }
    });
  });
  return bytes;
}

}  // namespace

TEST_CASE("more buckets of a row of ADWIN become ones of the next row") {
  Adwin adwin(AdwinSettings{});
  REQUIRE(Reads(StoredAdwin(3, 12), &adwin));
  CHECK(adwin.width() == 12 * 7);
  // It continues, and is stored in this build's size.
  for (int i = 0; i < 100; ++i) adwin.Add(0.5);
  std::string bytes;
  Save save(&bytes);
  adwin.Fields(save);
  Adwin again(AdwinSettings{});
  CHECK(Reads(bytes, &again));
  CHECK(again.width() == adwin.width());
}

TEST_CASE("more rows of ADWIN than there are leave the window") {
  Adwin adwin(AdwinSettings{});
  REQUIRE(Reads(StoredAdwin(50, 1), &adwin));
  CHECK(adwin.width() == (uint64_t{1} << 48) - 1);
}

TEST_CASE("more cells of a sketch are merged") {
  struct Cell {
    uint64_t key;
    uint64_t count;
  };
  std::vector<Cell> cells;
  for (uint64_t i = 0; i < 4 * NumericSketch::kMost; ++i) {
    cells.push_back({(uint64_t{1} << 63) + i, 1});
  }
  std::string bytes;
  Save save(&bytes);
  save.Part("", [&] {
    save.Field(1, uint32_t{0});
    save.Field(2, uint64_t{cells.size()});
    save.Field(3, cells);
  });
  NumericSketch sketch;
  REQUIRE(Reads(bytes, &sketch));
  CHECK(sketch.count() == cells.size());
  std::string stored;
  Save again(&stored);
  sketch.Fields(again);
  CHECK(stored.size() < NumericSketch::kMost * sizeof(Cell) + 100);
}

TEST_CASE("of more hours of a figure the last ones are kept") {
  struct Sample {
    float value;
    float variance;
  };
  constexpr int64_t kStored = 2000;
  constexpr int64_t kLast = 500'000;
  std::vector<Sample> samples(kStored);
  for (int64_t hour = kLast - kStored + 1; hour <= kLast; ++hour) {
    samples[static_cast<size_t>(hour % kStored)] = {
        hour > kLast - 100 ? 0.5F : 0.9F, 0.01F};
  }
  std::string bytes;
  Save save(&bytes);
  save.Part("", [&] {
    save.Field(1, kLast - kStored);
    save.Field(2, kLast - kStored + 1);
    save.Field(3, kLast);
    save.Field(4, samples);
  });
  FigureHistory history("accuracy", TimeWindow("1h", Engine::kHour));
  REQUIRE(Reads(bytes, &history));
  // The same values, added here.
  FigureHistory added("accuracy", TimeWindow("1h", Engine::kHour));
  for (int64_t hour = kLast - kStored + 1; hour <= kLast; ++hour) {
    added.Add(hour, hour > kLast - 100 ? 0.5 : 0.9, 0.01);
  }
  const int64_t now_ms = (kLast + 1) * FigureHistory::kHourMs;
  const auto of = [now_ms](const FigureHistory& h) {
    return h.Summarize(FigureHistory::kHourMs)->At(now_ms);
  };
  REQUIRE(of(history));
  CHECK(of(history)->center == of(added)->center);
  CHECK(of(history)->variance == of(added)->variance);
}

TEST_CASE("more texts of a growing reference count among the others") {
  std::string bytes;
  Save save(&bytes);
  constexpr uint64_t kTexts = 40;
  save.Part("", [&] {
    save.Field(2, [&] {
      save.Do(kTexts);
      for (uint64_t i = 0; i < kTexts; ++i) {
        save.Text(std::to_string(i));
        save.Do(uint64_t{1});
      }
    });
    save.Field(3, kTexts);
  });
  ReferenceSketch sketch;
  REQUIRE(Reads(bytes, &sketch));
  const auto [bins, counts] = sketch.Freeze();
  CHECK(bins.categories.size() == kCategories);
  CHECK(counts.at(kCategories) == kTexts - kCategories);
}

TEST_CASE("more bins than a slot has room for are merged") {
  SparseCounts stored;
  for (uint32_t key = ScoreBins::kZero; key < ScoreBins::kZero + 1000; ++key) {
    stored.entries.emplace_back(key, 1);
  }
  constexpr auto kBins = SparseSection::kScoreBins;
  Slot<StdAtomics> slot;
  slot.Restore(kBins, stored, SizeOf(kBins, 0));
  SparseCounts restored;
  slot.CopyTo(kBins, &restored);
  CHECK(restored.level > 0);
  CHECK(restored.entries.size() <= SizeOf(kBins, 0).most);
  uint64_t sum = 0;
  for (const auto& [key, count] : restored.entries) {
    sum += count & ~ScoreBins::kMixed;
  }
  CHECK(sum == 1000);
}
