#include "core/event.h"

#include <array>
#include <functional>

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
      "no_positive_class",
      "unknown_class",
      "class_limit",
      "version_limit",
      "model_limit",
      "memory_limit",
  };
  return kNames[static_cast<size_t>(reject)];
}

uint32_t Names::Add(std::string_view name) {
  if (size() + 1 > slots_.size() / 2) Rehash();
  const size_t mask = slots_.size() - 1;
  size_t i = std::hash<std::string_view>{}(name)&mask;
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
    size_t i = std::hash<std::string_view>{}((*this)[n]) & mask;
    while (slots_[i] != 0) i = (i + 1) & mask;
    slots_[i] = n + 1;
  }
}

}  // namespace plumbline
