// What is noted of an event, for who logs it.

#include <bit>

#include "core/join/joiner.h"

namespace plumbline {
namespace {

Account::Value ValueOf(const Model& model, uint64_t bits, const ClassSet* set) {
  const auto& classes = model.classes.Get();
  switch (model.task) {
    case Task::kRegression:
      return std::bit_cast<double>(bits);
    case Task::kMultilabel: {
      std::vector<std::string> names;
      for (const uint32_t index : *set) names.push_back(*classes[index]);
      return names;
    }
    default:
      return *classes[bits];
  }
}

}  // namespace

void Joiner::NoteTaken(const Plan& plan) {
  const Account::Taken taken = {
      plan.prediction_half == Half::kNew,
      plan.label_half == Half::kNew || plan.label_half == Half::kCorrection};
  Account& account = *outcome_->account;
  account.prediction_count += taken.prediction ? 1 : 0;
  account.label_count += taken.label ? 1 : 0;
  if (!account.counts_only) account.taken[place_] = taken;
}

void Joiner::NotePair(const Model& model, const Version& version,
                      const Record& pair, const LabelValue& label,
                      const Details& details, std::optional<double> delay,
                      bool correction) {
  ++outcome_->account->pair_count;
  if (outcome_->account->counts_only) return;
  Account::Pair& noted = outcome_->account->pairs.emplace_back();
  noted.event = place_;
  noted.version = version.name;
  noted.prediction = ValueOf(model, pair.prediction(), &details.set);
  noted.label = ValueOf(model, label.bits, label.set);
  noted.score = pair.score();
  for (const ClassProbability& score : details.scores) {
    noted.scores.emplace_back(*model.classes.Get()[score.class_index],
                              score.probability);
  }
  noted.delay = delay;
  noted.correction = correction;
}

}  // namespace plumbline
