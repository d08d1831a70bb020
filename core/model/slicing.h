// Slicing: the segments by which the pairs of a model are counted apart.
//
// A crossing is a list of segment keys. Each combination of values of its keys
// is a segment, up to a limit of the model. Combinations beyond the limit go to
// the crossing's segment "__other__". An event is in one segment of each
// crossing that it has all keys of. These segments together are its set; a
// record of the join holds the number of the set.
//
// Numbers of segments are never reused. The number of a set is reused after its
// segments leave the configuration and no record can hold it.
//
// Used by the writer only.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/event/event.h"

namespace plumbline {

class Slicing {
 public:
  static constexpr uint32_t kNoSet = 0;  // the empty set
  static constexpr uint32_t kMostSets = 1 << 16;
  static constexpr uint32_t kSetsOfOthers = 1 << 10;  // reserved
  static constexpr char kOther[] = "__other__";

  using Labels = std::vector<std::pair<std::string, std::string>>;
  struct SegmentOf {
    uint32_t number;
    bool is_other;
    Labels labels;
  };

  // Sets the crossings. Forgets the segments of all others; records older than
  // `first_age` may still hold their sets.
  void Configure(const std::vector<std::vector<std::string>>& crossings,
                 uint32_t first_age);
  // Frees the numbers of sets that no record holds. `has_before(age)`: there
  // are records older than that age.
  void FreeSets(const std::function<bool(uint32_t age)>& has_before);
  bool empty() const { return crossings_.empty(); }

  // The labels of an event for each crossing; an empty list if the event lacks
  // a key.
  std::vector<Labels> LabelsOf(const EventBatch& batch, Range segments) const;

  // The "__other__" labels that replace labels without room.
  static Labels OtherOf(Labels labels);
  static bool IsOther(const Labels& labels);

  // The segment with these labels, or null.
  const SegmentOf* Find(const Labels& labels) const;
  // Returns the labels if they are known, or if a new segment fits: there are
  // fewer than `most`, and `fits` is true. Else returns OtherOf(labels). Adds
  // nothing.
  Labels Admitted(const Labels& labels, int64_t most, bool fits) const;
  // Adds the segment if it is new.
  const SegmentOf& Add(const Labels& labels);
  // The set of these segments, added if it is new; nullopt if there are too
  // many sets. `others`: all are "__other__" segments, which have reserved
  // room.
  std::optional<uint32_t> SetOf(const std::vector<uint32_t>& segments,
                                bool others);
  // The set of these segments if it exists; else nullopt.
  std::optional<uint32_t> FindSet(const std::vector<uint32_t>& segments) const;
  const std::vector<uint32_t>& SegmentsOf(uint32_t set) const {
    return sets_[set];
  }

  // Approximate memory of so many sets.
  static int64_t Bytes(size_t sets) {
    constexpr int64_t kSet = 256;  // with its entry in the map
    return static_cast<int64_t>(sets) * kSet;
  }

  bool HasSet(uint64_t set) const { return set < sets_.size(); }
  size_t set_count() const { return sets_.size() - free_sets_.size(); }
  // See core/codec/archive.h. The settings have the crossings. LoadRetired()
  // loads the sets whose segments left the configuration; call it after
  // Configure().
  template <class Archive>
  void Fields(Archive& archive);
  void SaveRetired(Save& save) const;
  void LoadRetired(Load& load);
  // Sets the age of all retired sets. Format 8 did not store it.
  void RetireFrom(uint32_t first_age) {
    for (RetiredSet& retired : retired_sets_) retired.first_age = first_age;
  }
  // The labels of each segment, by its number.
  std::unordered_map<uint32_t, const Labels*> LabelsBySegment() const;

  // Grows when a number that was looked up may have changed its meaning.
  uint64_t revision() const { return revision_; }

 private:
  struct RetiredSet {
    uint32_t set;
    uint32_t first_age;
  };

  void RetireSets(uint32_t first_age);
  template <class Archive>
  void SegmentFields(Archive& archive, SegmentOf& segment);
  void LoadSegments(Load& load);
  bool TakeLoadedSets();

  std::vector<std::vector<std::string>> crossings_;
  std::map<Labels, SegmentOf> segments_;
  int64_t counted_ = 0;  // segments without "__other__"
  uint32_t next_number_ = 1;
  uint64_t revision_ = 0;
  std::vector<std::vector<uint32_t>> sets_ = {{}};
  std::map<std::vector<uint32_t>, uint32_t> set_numbers_;
  std::deque<RetiredSet> retired_sets_;  // oldest first
  std::vector<uint32_t> free_sets_;
};

}  // namespace plumbline
