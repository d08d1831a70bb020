#include "daemon/tool/log_rows.h"

#include <functional>
#include <initializer_list>
#include <optional>
#include <unordered_map>

#include "core/timestamp.h"

namespace plumbline {
namespace {

bool IsModel(const LogFlags& flags, const LogRecord& record) {
  return (!flags.model || record.Text("model") == *flags.model) &&
         (!flags.version ||
          (record.Has("version") && record.Text("version") == *flags.version));
}

bool IsInTime(const LogFlags& flags, const LogRecord& record) {
  const auto us = ParseTimestamp(record.Text("time"));
  return us && *us / 1000 >= flags.from_ms && *us / 1000 <= flags.to_ms;
}

bool IsOutcome(const LogFlags& flags, const LogRecord& record) {
  if (!flags.actual && !flags.predicted) return true;
  return record.Text("kind") == "observation" &&
         (!flags.actual || record.Text("label") == *flags.actual) &&
         (!flags.predicted || record.Text("prediction") == *flags.predicted);
}

// What a prediction and its pair have in common; empty without an id.
std::string KeyOf(const LogRecord& record) {
  if (!record.Has("id")) return "";
  std::string key = record.Text("id");
  for (const char* part : {"model", "version"}) {
    key += '\n';  // in none of them
    key += record.Text(part);
  }
  return key;
}

LogRecord Row(const LogRecord& pair, const LogRecord& prediction) {
  std::string line = "{";
  const auto copy = [&line](const LogRecord& from,
                            std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      if (!from.Has(key)) continue;
      if (line.size() > 1) line += ',';
      line += '"' + std::string(key) + "\":";
      line += from.Raw(key);
    }
  };
  copy(pair, {"time", "model", "version", "id", "prediction", "label"});
  copy(prediction, {"score", "scores"});
  copy(pair, {"delay", "correction"});
  copy(prediction,
       {"timestamp", "segments", "features", "latency", "metadata"});
  LogRecord row{line + "}", {}};
  row.fields = FieldsOf(row.line);
  return row;
}

// Joins pairs with their predictions, those of one part of all keys.
class Join {
 public:
  Join(const LogFlags& flags, size_t part, size_t parts, const VisitRow& visit)
      : flags_(flags), part_(part), parts_(parts), visit_(visit) {}

  void AddPair(const LogRecord& record) {
    const std::string key = KeyOf(record);
    if (record.Text("kind") != "observation" || !IsModel(flags_, record) ||
        key.empty() || !IsMine(key)) {
      return;
    }
    if (record.Text("id") == "<redacted>") {
      without_prediction_ += IsShown(record) ? 1 : 0;
      return;
    }
    // The last one has the label that stands; the first one has the delay.
    LogRecord& pair = pairs_[key];
    std::string delay(pair.Raw("delay"));
    pair = record;
    pair.fields = FieldsOf(pair.line);
    if (!delay.empty() && !pair.Has("delay")) {
      pair.line.insert(pair.line.size() - 1, ",\"delay\":" + delay);
      pair.fields = FieldsOf(pair.line);
    }
  }

  void AddPrediction(const LogRecord& record) {
    const std::string kind = record.Text("kind");
    const std::string key = KeyOf(record);
    if (key.empty() && part_ == 0) {
      // A pair without an id follows its prediction.
      if (kind == "prediction") {
        waiting_ = record;
        waiting_->fields = FieldsOf(waiting_->line);
      } else if (kind == "observation") {
        if (waiting_) {
          Show(record, *waiting_);
        } else if (IsShown(record)) {
          ++without_prediction_;
        }
        waiting_.reset();
      }
      return;
    }
    if (kind != "prediction" || !IsMine(key)) return;
    const auto pair = pairs_.find(key);
    if (pair == pairs_.end()) return;
    Show(pair->second, record);
    pairs_.erase(pair);
  }

  uint64_t WithoutPrediction() const {
    uint64_t count = without_prediction_;
    for (const auto& [key, pair] : pairs_) count += IsShown(pair) ? 1 : 0;
    return count;
  }

 private:
  bool IsMine(const std::string& key) const {
    return std::hash<std::string>()(key) % parts_ == part_;
  }
  bool IsShown(const LogRecord& pair) const {
    return IsModel(flags_, pair) && IsInTime(flags_, pair) &&
           IsOutcome(flags_, pair);
  }
  void Show(const LogRecord& pair, const LogRecord& prediction) {
    if (IsShown(pair)) visit_(Row(pair, prediction));
  }

  const LogFlags& flags_;
  const size_t part_;
  const size_t parts_;
  const VisitRow& visit_;
  std::unordered_map<std::string, LogRecord> pairs_;
  std::optional<LogRecord> waiting_;
  uint64_t without_prediction_ = 0;
};

}  // namespace

void ForEachRecord(const LogFlags& flags, LogFiles* files,
                   const VisitRow& visit) {
  files->ForEach([&](const LogRecord& record) {
    if (IsModel(flags, record) && IsInTime(flags, record) &&
        IsOutcome(flags, record)) {
      visit(record);
    }
  });
}

uint64_t ForEachPair(const LogFlags& flags, size_t pairs_at_once,
                     LogFiles* files, const VisitRow& visit) {
  size_t pairs = 0;
  files->ForEach([&](const LogRecord& record) {
    pairs += record.Text("kind") == "observation" && record.Has("id") ? 1 : 0;
  });
  const size_t parts = pairs / pairs_at_once + 1;
  uint64_t without_prediction = 0;
  for (size_t part = 0; part < parts; ++part) {
    Join join(flags, part, parts, visit);
    files->ForEach([&](const LogRecord& record) { join.AddPair(record); });
    files->ForEach(
        [&](const LogRecord& record) { join.AddPrediction(record); });
    without_prediction += join.WithoutPrediction();
  }
  return without_prediction;
}

}  // namespace plumbline
