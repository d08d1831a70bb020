#include "daemon/tool/log_rows.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <initializer_list>
#include <optional>
#include <unordered_map>

#include "core/class_text.h"
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

// In any spelling.
bool IsClass(const LogRecord& record, const char* half,
             const std::string& text) {
  const std::string logged = record.Text(half);
  const std::string_view one = CanonicalClass(logged);
  const std::string_view other = CanonicalClass(text);
  return one == other || (!one.empty() && one == OtherSpelling(other));
}

bool IsOutcome(const LogFlags& flags, const LogRecord& record) {
  if (!flags.actual && !flags.predicted) return true;
  return record.Text("kind") == "observation" &&
         (!flags.actual || IsClass(record, "label", *flags.actual)) &&
         (!flags.predicted || IsClass(record, "prediction", *flags.predicted));
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

// What a pair has over its records: the last one has the label that stands, the
// first one when it was complete, and the delay.
LogRecord Corrected(const LogRecord& first, const LogRecord& last) {
  LogRecord pair;
  char separator = '{';
  for (const JsonField& field : last.fields) {
    const bool of_first = field.key == "time" && first.Has("time");
    pair.line += separator;
    separator = ',';
    pair.line += '"' + field.key + "\":";
    pair.line += of_first ? first.Raw("time") : field.value;
  }
  if (first.Has("delay") && !last.Has("delay")) {
    pair.line += ",\"delay\":" + std::string(first.Raw("delay"));
  }
  pair.line += '}';
  pair.fields = FieldsOf(pair.line);
  return pair;
}

LogRecord CopyOf(const LogRecord& record) {
  LogRecord copy{record.line, {}};
  copy.fields = FieldsOf(copy.line);
  return copy;
}

// What a prediction says, as it was sent and as its pair has it. Sets and what
// is hidden are not compared.
bool MayBeOf(const LogRecord& prediction, const LogRecord& pair) {
  const std::string_view sent = prediction.Raw("prediction");
  return sent.empty() || sent[0] == '[' || sent == "\"<redacted>\"" ||
         pair.Text("prediction") == prediction.Text("prediction") ||
         sent.find_first_of(".eE") != std::string_view::npos;
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
    // An id that is used again once it is forgotten is another pair.
    std::deque<LogRecord>& pairs = pairs_[key];
    if (record.Has("correction") && !pairs.empty()) {
      const LogRecord corrected = Corrected(pairs.back(), record);
      pairs.pop_back();
      pairs.push_back(CopyOf(corrected));
    } else {
      pairs.push_back(CopyOf(record));
    }
  }

  void AddPrediction(const LogRecord& record) {
    const std::string kind = record.Text("kind");
    const std::string key = KeyOf(record);
    if (key.empty()) {
      if (part_ == 0) AddWithoutId(kind, record);
      return;
    }
    if (kind != "prediction" || !IsMine(key)) return;
    const auto pairs = pairs_.find(key);
    if (pairs == pairs_.end()) return;
    const auto pair = std::find_if(
        pairs->second.begin(), pairs->second.end(),
        [&](const LogRecord& one) { return MayBeOf(record, one); });
    if (pair == pairs->second.end()) return;
    Show(*pair, record);
    pairs->second.erase(pair);
  }

  uint64_t WithoutPrediction() const {
    uint64_t count = without_prediction_;
    for (const auto& [key, pairs] : pairs_) {
      for (const LogRecord& pair : pairs) count += IsShown(pair) ? 1 : 0;
    }
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
  // A pair without an id follows its prediction, and was complete with it.
  void AddWithoutId(const std::string& kind, const LogRecord& record) {
    if (kind == "prediction") {
      waiting_ = CopyOf(record);
      waiting_->fields = FieldsOf(waiting_->line);
    } else if (kind == "observation") {
      const bool same = waiting_ &&
                        waiting_->Raw("time") == record.Raw("time") &&
                        waiting_->Text("model") == record.Text("model") &&
                        waiting_->Text("version") == record.Text("version");
      if (same) {
        Show(record, *waiting_);
      } else if (IsShown(record)) {
        ++without_prediction_;
      }
      waiting_.reset();
    }
  }

  const LogFlags& flags_;
  const size_t part_;
  const size_t parts_;
  const VisitRow& visit_;
  std::unordered_map<std::string, std::deque<LogRecord>> pairs_;  // by key
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
