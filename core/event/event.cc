#include "core/event/event.h"

#include <array>

#include "core/event/text_hash.h"

namespace plumbline {

std::string_view RejectName(Reject reject) {
  static constexpr std::array<std::string_view, kRejectCount> kNames = {
      "",
      "invalid_json",
      "missing_field",
      "unknown_field",
      "wrong_type",
      "out_of_range",
      "too_long",
      "invalid_text",
      "future_timestamp",
      "task_mismatch",
      "unknown_class",
      "class_limit",
      "version_limit",
      "model_limit",
      "memory_limit",
  };
  return kNames[static_cast<size_t>(reject)];
}

std::string_view WarningName(Warning warning) {
  static constexpr std::array<std::string_view, kWarningCount> kNames = {
      "not_a_number",         "unusable_entry", "no_positive_class",
      "positive_class_ended", "task_assumed",   "scores_incomplete",
  };
  return kNames[static_cast<size_t>(warning)];
}

uint32_t Names::Add(std::string_view name) {
  if (size() + 1 > slots_.size() / 2) Rehash();
  const size_t mask = slots_.size() - 1;
  size_t i = TextHash()(name) & mask;
  for (; slots_[i] != 0; i = (i + 1) & mask) {
    if ((*this)[slots_[i] - 1] == name) return slots_[i] - 1;
  }
  bytes_.append(name);
  ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  slots_[i] = size();
  return size() - 1;
}

void Names::Clear() {
  bytes_.clear();
  ends_.clear();
  slots_.assign(slots_.size() > 1024 ? 16 : slots_.size(), 0);
}

void Names::Rehash() {
  slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, 0);
  const size_t mask = slots_.size() - 1;
  for (uint32_t n = 0; n < size(); ++n) {
    size_t i = TextHash()((*this)[n]) & mask;
    while (slots_[i] != 0) i = (i + 1) & mask;
    slots_[i] = n + 1;
  }
}

size_t EventBatch::capacity_bytes() const {
  const auto bytes = [](const auto& list) {
    return list.capacity() * sizeof(*list.data());
  };
  return names.capacity_bytes() + bytes(events) + bytes(extras) +
         bytes(class_scores) + bytes(segments) + bytes(features) +
         bytes(classes);
}

void EventCopier::Begin(EventBatch* to) {
  to_ = to;
  to_->Clear();
  known_.resize(from_.names.size());
  ++round_;
}

void EventCopier::Copy(const Event& event) {
  Event& copy = to_->events.emplace_back(event);
  copy.model = Name(event.model);
  copy.version = Name(event.version);
  SetValue(event.prediction_kind, &copy.prediction);
  SetValue(event.label_kind, &copy.label);
  copy.extra = kNoExtra;
  if (event.extra == kNoExtra) return;
  const Extra& extra = from_.ExtraOf(event);
  Extra& to = to_->AddExtra(&copy);
  to.score = extra.score;
  to.latency = extra.latency;
  to.scores = {static_cast<uint32_t>(to_->class_scores.size()),
               extra.scores.count};
  for (uint32_t i = 0; i < extra.scores.count; ++i) {
    const ClassScore& score = from_.class_scores[extra.scores.begin + i];
    to_->class_scores.push_back({Name(score.name), score.score});
  }
  to.segments = {static_cast<uint32_t>(to_->segments.size()),
                 extra.segments.count};
  for (uint32_t i = 0; i < extra.segments.count; ++i) {
    const Segment& segment = from_.segments[extra.segments.begin + i];
    const uint32_t key = Name(segment.key);
    to_->segments.push_back({key, Name(segment.value)});
  }
  to.has_features = extra.has_features;
  to.lacks_scores = extra.lacks_scores;
  to.features = {static_cast<uint32_t>(to_->features.size()),
                 extra.features.count};
  for (uint32_t i = 0; i < extra.features.count; ++i) {
    Feature feature = from_.features[extra.features.begin + i];
    feature.name = Name(feature.name);
    SetValue(feature.kind, &feature.value);
    to_->features.push_back(feature);
  }
}

uint32_t EventCopier::Name(uint32_t name) {
  Known& known = known_[name];
  if (known.round != round_)
    known = {round_, to_->names.Add(from_.names[name])};
  return known.name;
}

void EventCopier::SetValue(ValueKind kind, uint64_t* value) {
  if (kind == ValueKind::kText) {
    *value = Name(static_cast<uint32_t>(*value));
  } else if (kind == ValueKind::kSet) {
    *value = Set(*value).bits();
  }
}

Range EventCopier::Set(uint64_t bits) {
  const Range range = Range::Of(bits);
  const Range to = {static_cast<uint32_t>(to_->classes.size()), range.count};
  for (uint32_t i = 0; i < range.count; ++i) {
    to_->classes.push_back(Name(from_.classes[range.begin + i]));
  }
  return to;
}

}  // namespace plumbline
