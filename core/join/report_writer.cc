#include "core/join/report_writer.h"

#include <bit>
#include <string>
#include <vector>

namespace plumbline {
namespace {

BatchReport::Value ValueOf(const Model& model, uint64_t bits,
                           const ClassSet* set) {
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

// Approximate: a text of up to 15 bytes takes no heap memory.
size_t BytesOf(const BatchReport::Pair& pair) {
  const auto text = [](const std::string& s) {
    return s.capacity() < 16 ? 0 : s.capacity();
  };
  size_t bytes = sizeof(pair) + text(pair.version);
  for (const auto& value : {&pair.prediction, &pair.label}) {
    if (const auto* name = std::get_if<std::string>(value))
      bytes += text(*name);
    if (const auto* set = std::get_if<std::vector<std::string>>(value)) {
      for (const std::string& s : *set) bytes += sizeof(s) + text(s);
    }
  }
  for (const auto& score : pair.scores)
    bytes += sizeof(score) + text(score.first);
  return bytes;
}

}  // namespace

void ReportWriter::Begin(size_t count, int64_t now_ms, BatchOutcome* outcome) {
  outcome_ = outcome;
  BatchReport* const report = outcome->report;
  if (report == nullptr) return;
  report->now_ms = now_ms;
  if (!report->counts_only) report->taken.assign(count, {});
}

void ReportWriter::NoteWarnings(const Plan& plan) {
  for (size_t i = 0; i < kWarningCount; ++i) {
    if ((plan.warnings >> i & 1) == 0) continue;
    outcome_->warnings.push_back({place_, static_cast<Warning>(i), plan.task});
  }
}

void ReportWriter::NoteChange(const ScoredPair& pair, DetectorKind kind,
                              const Change& change) {
  outcome_->changes.push_back({pair.model->name, pair.version->name, kind,
                               change, pair.version->counts[kObservations]});
}

void ReportWriter::LogTaken(const Plan& plan) {
  const BatchReport::Taken taken = {plan.Predicts(), plan.TakesLabel()};
  BatchReport& report = *outcome_->report;
  report.prediction_count += taken.prediction ? 1 : 0;
  report.label_count += taken.label ? 1 : 0;
  if (!report.counts_only) report.taken[place_] = taken;
}

void ReportWriter::LogPair(const ScoredPair& pair, std::optional<double> delay,
                           bool correction) {
  BatchReport& report = *outcome_->report;
  ++report.pair_count;
  if (report.counts_only) return;
  if (report.bytes >= report.most_bytes) {
    ++report.lost_pairs;
    return;
  }
  const Model& model = *pair.model;
  BatchReport::Pair& noted = report.pairs.emplace_back();
  noted.event = place_;
  noted.version = pair.version->name;
  noted.prediction =
      ValueOf(model, pair.record.prediction(), &pair.details.set);
  noted.label = ValueOf(model, pair.label.bits, pair.label.set);
  noted.score = pair.record.score();
  for (const ClassProbability& score : pair.details.scores) {
    noted.scores.emplace_back(*model.classes.Get()[score.class_index],
                              score.probability);
  }
  noted.delay = delay;
  noted.correction = correction;
  report.bytes += BytesOf(noted);
}

}  // namespace plumbline
