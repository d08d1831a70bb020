// The classes of a model: which spellings are one class, and which class is
// positive.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/model/model.h"
#include "core/settings/class_text.h"

namespace plumbline {

uint32_t Model::FindClass(std::string_view text) const {
  auto it = class_index.find(text);
  if (it == class_index.end()) it = class_index.find(OtherSpelling(text));
  return it == class_index.end() ? kNoClass : it->second;
}

uint32_t Model::FindSmallInteger(int64_t value) const {
  const bool small =
      value >= 0 && value < static_cast<int64_t>(small_integer.size());
  return small ? small_integer[static_cast<size_t>(value)] : kNoClass;
}

uint32_t Model::AddClass(std::string_view text, int64_t matrix_limit) {
  const uint32_t index = class_count();
  FreezeMatrixBeyond(matrix_limit - 1);
  const std::string* name =
      classes.Append(std::make_unique<const std::string>(text));
  class_index.emplace(*name, index);
  if (const ClassMap* map = class_map.Get()) {
    auto representative = map->representative;
    representative.push_back(index);
    class_map.Publish(std::make_unique<const ClassMap>(
                          ClassMap::Of(std::move(representative))),
                      reclaimer());
  }
  for (size_t n = 0; n < small_integer.size(); ++n) {
    if (small_integer[n] == kNoClass) {
      small_integer[n] = FindClass(std::to_string(n));
    }
  }
  UpdateCounting();
  return index;
}

void Model::FreezeMatrixBeyond(int64_t classes) {
  if (form() != CountForm::kMatrix || class_count() <= classes) return;
  // Release: a reader that sees the change also sees the classes before it.
  matrix_frozen_at.store(class_count(), std::memory_order_release);
  UpdateCounting();
}

void Model::RefuseOthers(const std::vector<std::string>& configured) {
  refused.clear();
  if (configured.empty()) return;
  for (const std::string* known : classes.Get()) {
    refused.push_back(std::find(configured.begin(), configured.end(), *known) ==
                      configured.end());
  }
}

void Model::IndexClasses() {
  class_index.clear();
  const auto& all = classes.Get();
  for (uint32_t c = 0; c < all.size(); ++c) {
    class_index.emplace(*all[c], Representative(c));
  }
  for (size_t n = 0; n < small_integer.size(); ++n) {
    small_integer[n] = FindClass(std::to_string(n));
  }
}

void Model::SetRepresentatives(std::vector<uint32_t> representative,
                               uint32_t first_age, int64_t now_ms) {
  const ClassMap* old = class_map.Get();
  bool alone = true;
  for (uint32_t c = 0; c < representative.size(); ++c) {
    alone = alone && representative[c] == c;
  }
  std::unique_ptr<const ClassMap> next;
  if (!alone) {
    next = std::make_unique<const ClassMap>(
        ClassMap::Of(std::move(representative)));
  }
  if (old == nullptr ? next == nullptr : next != nullptr && *next == *old) {
    return;
  }
  const auto spellings_of_positive = [&](const ClassMap* map) {
    uint32_t count = 1;
    if (map != nullptr && counting.positive < map->representative.size()) {
      const uint32_t positive = map->representative[counting.positive];
      count = static_cast<uint32_t>(std::count(
          map->representative.begin(), map->representative.end(), positive));
    }
    return count;
  };
  const bool restarts =
      spellings_of_positive(old) != spellings_of_positive(next.get());
  generation_ = seqlock.Open(now_ms);
  class_map.Publish(std::move(next), reclaimer());
  IndexClasses();
  if (restarts) {
    RestartScores(first_age);
    ClearScores();
  }
  seqlock.Close();
  UpdateCounting();
}

AssumedPositive Model::Assumed() const {
  AssumedPositive assumed;
  const auto& all = classes.Get();
  for (uint32_t c = 0; c < all.size() && assumed.IsPossible(); ++c) {
    if (Representative(c) == c) assumed.Add(*all[c]);
  }
  return assumed;
}

// Compares all spellings of the positive class.
bool Model::IsPositiveClass(std::string_view text) const {
  const std::string* const now = positive_class.Get();
  if (now == nullptr || text.empty()) return now == nullptr && text.empty();
  const uint32_t index = FindClass(text);
  return IsSameClass(*now, text) ||
         (index != kNoClass && index == FindClass(*now));
}

void Model::SetPositiveClass(std::string_view text, uint32_t first_age,
                             int64_t now_ms) {
  const std::string* old = positive_class.Get();
  const bool is_same = IsPositiveClass(text);
  if (is_same && (old == nullptr || *old == text)) return;
  generation_ = seqlock.Open(now_ms);
  positive_class.Publish(
      text.empty() ? nullptr : std::make_unique<const std::string>(text),
      reclaimer());
  // Scores of classes exist without a positive class, too.
  if (!is_same && (old != nullptr || scored)) {
    RestartScores(first_age);
  }
  if (!is_same && old != nullptr) {
    ClearScores();
  }
  seqlock.Close();
  UpdateCounting();
}

}  // namespace plumbline
