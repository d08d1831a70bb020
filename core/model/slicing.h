// Slicing: by which segments the pairs of a model are counted apart.
//
// A crossing is a list of segment keys; each combination of values that its
// keys have had is a segment, up to a limit for the model. What comes beyond it
// goes to the crossing's segment of "__other__". An event is in one segment of
// each crossing for which it has all keys; those together are its set, and a
// record of the join holds the set's number.
//
// Segments get numbers that are never used again. The number of a set whose
// segments are configured away is used again once no record can hold it.
//
// The writer's alone.

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
  static constexpr uint32_t kNoSet = 0;  // of no segment
  static constexpr uint32_t kMostSets = 1 << 16;
  static constexpr uint32_t kSetsOfOthers = 1 << 10;  // room that is kept
  static constexpr char kOther[] = "__other__";

  using Labels = std::vector<std::pair<std::string, std::string>>;
  struct SegmentOf {
    uint32_t number;
    bool is_other;
    Labels labels;
  };

  // The crossings that are configured. The segments of others are forgotten;
  // records of before `first_age` may hold their sets.
  void Configure(const std::vector<std::vector<std::string>>& crossings,
                 uint32_t first_age);
  // Frees the numbers that no record holds any more. `has_before(age)`: there
  // are records of before that age.
  void FreeSets(const std::function<bool(uint32_t age)>& has_before);
  bool empty() const { return crossings_.empty(); }

  // The values that an event has for each crossing; an empty list where it
  // lacks a key.
  std::vector<Labels> LabelsOf(const EventBatch& batch, Range segments) const;

  // What stands for a segment for which there is no room.
  static Labels OtherOf(Labels labels);
  static bool IsOther(const Labels& labels);

  // The segment with these labels, or null.
  const SegmentOf* Find(const Labels& labels) const;
  // The same labels, or what stands for them where there is no room (`fits`:
  // for a new one) for as many as `most`. Nothing is added.
  Labels Admitted(const Labels& labels, int64_t most, bool fits) const;
  // Adds it if it is not there.
  const SegmentOf& Add(const Labels& labels);
  // The set of these segments; nullopt if there are too many sets. `others`:
  // all are segments of others, for which room is kept.
  std::optional<uint32_t> SetOf(const std::vector<uint32_t>& segments,
                                bool others);
  // The same, if it is there.
  std::optional<uint32_t> FindSet(const std::vector<uint32_t>& segments) const;
  const std::vector<uint32_t>& SegmentsOf(uint32_t set) const {
    return sets_[set];
  }

  // Memory about, of so many sets.
  static int64_t Bytes(size_t sets) {
    constexpr int64_t kSet = 256;  // and where it is found
    return static_cast<int64_t>(sets) * kSet;
  }

  bool HasSet(uint64_t set) const { return set < sets_.size(); }
  size_t set_count() const { return sets_.size() - free_sets_.size(); }
  // See core/codec/archive.h; the crossings are in the settings. What stands
  // behind Configure(): the sets that are of no segments any more.
  template <class Archive>
  void Fields(Archive& archive);
  void SaveRetired(Save& save) const;
  void LoadRetired(Load& load);
  // What format 8 had no word of is retired from this age on.
  void RetireFrom(uint32_t first_age) {
    for (RetiredSet& retired : retired_sets_) retired.first_age = first_age;
  }
  // By number, the labels of each segment.
  std::unordered_map<uint32_t, const Labels*> LabelsBySegment() const;

  // Goes up when a number that was looked up may mean something else.
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
  int64_t counted_ = 0;  // of segments_: without the others
  uint32_t next_number_ = 1;
  uint64_t revision_ = 0;
  std::vector<std::vector<uint32_t>> sets_ = {{}};
  std::map<std::vector<uint32_t>, uint32_t> set_numbers_;
  std::deque<RetiredSet> retired_sets_;  // the oldest first
  std::vector<uint32_t> free_sets_;
};

}  // namespace plumbline
