// Reads `score` and `scores`.

#include <algorithm>

#include "daemon/decode/event_reader.h"
#include "daemon/decode/json_element.h"
#include "daemon/decode/shown.h"

namespace plumbline {

bool EventReader::ReadScore(Element value, Event* event) {
  double score = 0;
  if (!AsNumber(value, &score) || score < 0 || score > 1) {
    if (!ReadOddProbability("score", value, &score)) return false;
  }
  batch_->AddExtra(event).score = score + 0.0;  // maps -0.0 to 0.0
  return true;
}

// Clamps to [0, 1], as sums of probabilities exceed it slightly.
bool EventReader::ReadOddProbability(std::string_view name, Element value,
                                     double* number) {
  constexpr double kLeast = -1e-6;
  constexpr double kMost = 1.000001;
  const std::string_view field = name.substr(0, name.find('.'));
  if (!AsNumber(value, number)) {
    if (value.is_null()) return false;
    return Fail(Reject::kWrongType, field,
                std::string(name) + " must be a number");
  }
  if (*number < kLeast || *number > kMost) {
    return Fail(
        Reject::kOutOfRange, field,
        std::string(name) + " is " + Shown(*number) + ", outside [0, 1]");
  }
  *number = std::clamp(*number, 0.0, 1.0);
  return true;
}

bool EventReader::ReadScores(Element value, Event* event) {
  simdjson::dom::object scores;
  if (value.get_object().get(scores) != simdjson::SUCCESS) {
    return FailUnlessNull("scores", "an object of class to probability", value);
  }
  if (!HasScoreKeys(scores) && !ReadScoreKeys(scores)) return false;
  const auto begin = static_cast<uint32_t>(batch_->class_scores.size());
  auto key = score_keys_.begin();
  bool incomplete = false;
  for (const auto score : scores) {
    ClassScore& read = batch_->class_scores.emplace_back();
    read.name = key++->name;
    if (!AsNumber(score.value, &read.score) || read.score < 0 ||
        read.score > 1) {
      const bool missing = score.value.is_null();
      incomplete |= missing;
      if (!missing && !ReadOddProbability("scores." + std::string(score.key),
                                          score.value, &read.score)) {
        return false;
      }
    }
    read.score += 0.0;  // maps -0.0 to 0.0
  }
  const bool empty = batch_->class_scores.size() == begin;
  if (incomplete || empty) {
    batch_->class_scores.resize(begin);
    batch_->AddExtra(event).lacks_scores = true;
    out_->AddWarning({event->index, Warning::kScoresIncomplete, "scores",
                      empty ? "scores has no class"
                            : "a score is null, so all scores are left out"});
    return true;
  }
  batch_->AddExtra(event).scores = {
      begin, static_cast<uint32_t>(batch_->class_scores.size()) - begin};
  return true;
}

bool EventReader::HasScoreKeys(simdjson::dom::object scores) const {
  auto key = score_keys_.begin();
  for (const auto score : scores) {
    if (key == score_keys_.end() || !SameText(key->key, score.key)) {
      return false;
    }
    ++key;
  }
  return key == score_keys_.end();
}

// Fills score_keys_ with the keys of `scores`, or leaves it empty.
bool EventReader::ReadScoreKeys(simdjson::dom::object scores) {
  score_keys_.clear();
  if (scores.size() > limits_.classes) {
    return Fail(
        Reject::kOutOfRange, "scores",
        "scores has more than " + std::to_string(limits_.classes) + " entries");
  }
  scored_classes_.clear();
  for (const auto score : scores) {
    uint32_t name = 0;
    if (!ReadClass("scores", score.key, &name)) return false;
    scored_classes_.push_back(name);
  }
  if (HasTwice(scored_classes_)) {
    if (RepeatsKey(scores)) return FailTwice("scores", "a key of scores");
    return Fail(Reject::kInvalidJson, "scores",
                "scores has a class twice, in different spellings");
  }
  for (const auto score : scores) {
    uint32_t name = 0;
    if (!ReadClass("scores", score.key, &name)) return false;
    score_keys_.push_back({std::string(score.key), name});
  }
  return true;
}

}  // namespace plumbline
