#include "core/directory/slicing.h"

#include <algorithm>

namespace plumbline {

void Slicing::Configure(
    const std::vector<std::vector<std::string>>& crossings) {
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
  if (sets_.size() >= (others ? kMostSets : kMostSets - kSetsOfOthers)) {
    return std::nullopt;
  }
  const auto number = static_cast<uint32_t>(sets_.size());
  sets_.push_back(segments);
  set_numbers_.emplace(segments, number);
  return number;
}

}  // namespace plumbline
