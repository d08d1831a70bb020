#include "core/model/slicing.h"

#include <algorithm>
#include <unordered_set>

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

}  // namespace plumbline
