#include "core/model/slicing.h"

#include <algorithm>
#include <unordered_set>

#include "core/settings/settings_range.h"

namespace plumbline {

void Slicing::Configure(const std::vector<std::vector<std::string>>& crossings,
                        uint32_t first_age) {
  ++revision_;
  crossings_ = crossings;
  std::erase_if(segments_, [this](const auto& entry) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : entry.first) keys.push_back(key);
    const bool kept = std::find(crossings_.begin(), crossings_.end(), keys) !=
                      crossings_.end();
    if (!kept && !entry.second.is_other) --counted_;
    return !kept;
  });
  RetireSets(first_age);
}

void Slicing::RetireSets(uint32_t first_age) {
  std::unordered_set<uint32_t> known;
  for (const auto& [labels, segment] : segments_) known.insert(segment.number);
  const auto is_known = [&](uint32_t n) { return known.contains(n); };
  std::erase_if(set_numbers_, [&](const auto& entry) {
    const auto& [segments, set] = entry;
    if (std::all_of(segments.begin(), segments.end(), is_known)) return false;
    retired_sets_.push_back({set, first_age});
    return true;
  });
}

void Slicing::FreeSets(const std::function<bool(uint32_t age)>& has_before) {
  while (!retired_sets_.empty() &&
         !has_before(retired_sets_.front().first_age)) {
    ++revision_;
    const uint32_t set = retired_sets_.front().set;
    sets_[set].clear();
    free_sets_.push_back(set);
    retired_sets_.pop_front();
  }
}

std::vector<Slicing::Labels> Slicing::LabelsOf(const EventBatch& batch,
                                               Range segments) const {
  std::vector<Labels> all;
  for (const auto& keys : crossings_) {
    Labels labels;
    for (const std::string& key : keys) {
      for (uint32_t i = 0; i < segments.count; ++i) {
        const Segment& segment = batch.segments[segments.begin + i];
        if (batch.names[segment.key] == key) {
          labels.emplace_back(key, batch.names[segment.value]);
        }
      }
    }
    if (labels.size() < keys.size()) labels.clear();
    all.push_back(std::move(labels));
  }
  return all;
}

const Slicing::SegmentOf* Slicing::Find(const Labels& labels) const {
  const auto it = segments_.find(labels);
  return it == segments_.end() ? nullptr : &it->second;
}

Slicing::Labels Slicing::Admitted(const Labels& labels, int64_t most,
                                  bool fits) const {
  if (Find(labels) != nullptr || (counted_ < most && fits)) return labels;
  return OtherOf(labels);
}

Slicing::Labels Slicing::OtherOf(Labels labels) {
  for (auto& [key, value] : labels) value = kOther;
  return labels;
}

bool Slicing::IsOther(const Labels& labels) {
  return std::all_of(labels.begin(), labels.end(),
                     [](const auto& label) { return label.second == kOther; });
}

const Slicing::SegmentOf& Slicing::Add(const Labels& labels) {
  const auto [it, added] = segments_.try_emplace(labels);
  if (added) {
    ++revision_;
    it->second = {next_number_++, IsOther(labels), labels};
    if (!it->second.is_other) ++counted_;
  }
  return it->second;
}

std::optional<uint32_t> Slicing::FindSet(
    const std::vector<uint32_t>& segments) const {
  if (segments.empty()) return kNoSet;
  const auto it = set_numbers_.find(segments);
  if (it == set_numbers_.end()) return std::nullopt;
  return it->second;
}

std::optional<uint32_t> Slicing::SetOf(const std::vector<uint32_t>& segments,
                                       bool others) {
  if (const auto known = FindSet(segments)) return known;
  if (set_count() >= (others ? kMostSets : kMostSets - kSetsOfOthers)) {
    return std::nullopt;
  }
  auto number = static_cast<uint32_t>(sets_.size());
  if (free_sets_.empty()) {
    sets_.push_back(segments);
  } else {
    number = free_sets_.back();
    free_sets_.pop_back();
    sets_[number] = segments;
  }
  set_numbers_.emplace(segments, number);
  return number;
}

template <class Archive>
void Slicing::SegmentFields(Archive& archive, SegmentOf& segment) {
  archive.Part("a segment", [&] {
    FieldBetween(archive, 1, segment.number, 1, next_number_ - 1);
    archive.Field(2, segment.is_other);
    archive.Field(3, [&] {
      DoEach(archive, segment.labels, [&](auto& label) {
        archive.Text(label.first);
        archive.Text(label.second);
      });
    });
  });
}

void Slicing::LoadSegments(Load& load) {
  for (auto n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    SegmentOf read{};
    SegmentFields(load, read);
    if (!load.ok()) return;
    if (!read.is_other) ++counted_;
    const Labels labels = read.labels;
    const bool is_new = segments_.emplace(labels, std::move(read)).second;
    if (labels.empty() || !is_new) return load.Fail();
  }
}

// False if the sets are invalid. A free set is empty, like the first.
bool Slicing::TakeLoadedSets() {
  if (sets_.empty() || !sets_[kNoSet].empty() || sets_.size() > kMostSets) {
    return false;
  }
  for (size_t i = 1; i < sets_.size(); ++i) {
    if (sets_[i].size() > range::kMostSlices) return false;
    set_numbers_.emplace(sets_[i], static_cast<uint32_t>(i));
  }
  return true;
}

template <class Archive>
void Slicing::Fields(Archive& archive) {
  archive.Part("slices", [&] {
    FieldBetween(archive, 1, next_number_, 1, UINT32_MAX);
    archive.Field(2, [&] {
      if constexpr (Archive::kLoads) {
        LoadSegments(archive);
      } else {
        DoCount(archive, segments_.size());
        for (auto& [labels, segment] : segments_) {
          SegmentFields(archive, segment);
        }
      }
    });
    archive.Field(3, [&] {
      if constexpr (Archive::kLoads) sets_.clear();
      DoEach(archive, sets_, [&](auto& set) { DoList(archive, set); });
    });
  });
  if constexpr (Archive::kLoads) {
    if (!archive.ok() || !TakeLoadedSets()) return archive.Fail();
  }
}

void Slicing::SaveRetired(Save& save) const {
  DoCount(save, retired_sets_.size());
  for (const auto& [set, first_age] : retired_sets_) {
    save.Do(set);
    save.Do(first_age);
  }
  DoCount(save, free_sets_.size());
  for (const uint32_t set : free_sets_) save.Do(set);
}

void Slicing::LoadRetired(Load& load) {
  retired_sets_.clear();
  std::vector<bool> known(sets_.size());
  known[kNoSet] = true;
  const auto next = [&] {
    uint32_t set = 0;
    load.Do(set);
    if (!HasSet(set) || known[set]) {
      load.Fail();
    } else {
      known[set] = true;
    }
    return set;
  };
  for (auto n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    RetiredSet retired{next(), 0};
    load.Do(retired.first_age);
    retired_sets_.push_back(retired);
  }
  for (auto n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    free_sets_.push_back(next());
  }
  set_numbers_.erase(std::vector<uint32_t>());
}

std::unordered_map<uint32_t, const Slicing::Labels*> Slicing::LabelsBySegment()
    const {
  std::unordered_map<uint32_t, const Labels*> by_number;
  for (const auto& [labels, segment] : segments_) {
    by_number.emplace(segment.number, &labels);
  }
  return by_number;
}

template void Slicing::Fields(Save&);
template void Slicing::Fields(Load&);

}  // namespace plumbline
