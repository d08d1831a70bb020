#include "daemon/tool/log_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <functional>
#include <initializer_list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/event/timestamp.h"
#include "core/settings/class_text.h"
#include "daemon/decode/json_scan.h"

namespace plumbline {
namespace {

// The canonical JSON of an `id`, a `version` or a class: 7.0 becomes 7, and
// integers beyond 64 bits become strings.
std::string SpellingOfName(std::string_view value) {
  if (value.starts_with('"') || !IsJsonNumber(value)) return std::string(value);
  if (IsInteger(value)) {
    if (value == "-0") return "0";
    const std::string integer(value);
    return Fits64Bits(value) ? integer : '"' + integer + '"';
  }
  const double number = std::strtod(std::string(value).c_str(), nullptr);
  if (std::abs(number) > kLargestExact || number != std::trunc(number)) {
    return std::string(value);
  }
  return std::to_string(static_cast<int64_t>(number));
}

// The canonical text of an id, a version or a class. Older logs have them as
// they were sent.
std::string NameOf(const LogRecord& record, const char* field) {
  return TextOf(SpellingOfName(record.Raw(field)));
}

bool IsModel(const LogFlags& flags, const LogRecord& record) {
  return (!flags.model || record.Text("model") == *flags.model) &&
         (!flags.version || (record.Has("version") &&
                             NameOf(record, "version") == *flags.version));
}

bool IsInTime(const LogFlags& flags, const LogRecord& record) {
  const auto us = ParseTimestamp(record.Text("time"));
  return us && *us / 1000 >= flags.from_ms && *us / 1000 <= flags.to_ms;
}

// Compares in any spelling.
bool IsClass(const LogRecord& record, const char* half,
             const std::string& text) {
  const std::string logged = record.Text(half);
  return IsSameClass(CanonicalClass(logged), CanonicalClass(text));
}

bool IsOutcome(const LogFlags& flags, const LogRecord& record) {
  if (!flags.actual && !flags.predicted) return true;
  return record.Text("kind") == "observation" &&
         (!flags.actual || IsClass(record, "label", *flags.actual)) &&
         (!flags.predicted || IsClass(record, "prediction", *flags.predicted));
}

// The key that a prediction and its pair share; empty without an id.
std::string KeyOf(const LogRecord& record) {
  if (!record.Has("id")) return "";
  // None of the parts can contain a line feed.
  return NameOf(record, "id") + '\n' + record.Text("model") + '\n' +
         NameOf(record, "version");
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

// Combines the records of a pair: the last one has the final label, the first
// one the time of completion and the delay.
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

int64_t TimeOf(const LogRecord& record) {
  return ParseTimestamp(record.Text("time")).value_or(0);
}

std::optional<double> NumberOf(const std::string& text) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

// True if a prediction, as it was sent, agrees with the pair, which has the
// model's spelling. Sets and redacted values are not compared. The aliases in
// force at that time are unknown.
bool SaysTheSame(const LogRecord& prediction, const LogRecord& pair) {
  const std::string_view sent = prediction.Raw("prediction");
  if (sent.empty() || sent[0] == '[' || sent == "\"<redacted>\"") return true;
  const std::string text = NameOf(prediction, "prediction");
  if (IsClass(pair, "prediction", text)) return true;
  const auto number = sent[0] == '"' ? std::nullopt : NumberOf(text);
  return number && number == NumberOf(pair.Text("prediction"));
}

// Joins pairs with their predictions, for one part of the keys.
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
    // An id that is used again after it was forgotten is another pair.
    std::deque<LogRecord>& pairs = keys_[key].pairs;
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
    const auto found = keys_.find(key);
    if (found == keys_.end()) return;
    OfKey& of_key = found->second;
    // The former prediction has been forgotten: it makes no more pairs.
    const int64_t time = TimeOf(record);
    Settle(time, &of_key);
    const auto same = std::find_if(
        of_key.pairs.begin(), of_key.pairs.end(), [&](const LogRecord& pair) {
          return TimeOf(pair) >= time && SaysTheSame(record, pair);
        });
    if (same != of_key.pairs.end()) {
      Show(*same, record);
      of_key.pairs.erase(same);
    } else if (!of_key.pairs.empty()) {
      of_key.unsure = CopyOf(record);
      of_key.number = ++unsure_;
    }
  }

  // Returns how many pairs have no prediction.
  uint64_t Finish() {
    std::vector<OfKey*> unsure;
    for (auto& [key, of_key] : keys_) {
      if (of_key.unsure) unsure.push_back(&of_key);
    }
    std::sort(unsure.begin(), unsure.end(), [](const OfKey* a, const OfKey* b) {
      return a->number < b->number;
    });
    for (OfKey* of_key : unsure) Settle(INT64_MAX, of_key);
    uint64_t count = without_prediction_;
    for (const auto& [key, of_key] : keys_) {
      for (const LogRecord& pair : of_key.pairs) {
        count += IsShown(pair) ? 1 : 0;
      }
    }
    return count;
  }

 private:
  // The pending records of a key.
  struct OfKey {
    std::deque<LogRecord> pairs;
    // The last prediction, if no pair agrees with it, and its number.
    std::optional<LogRecord> unsure;
    uint64_t number = 0;
  };

  // A prediction that agrees with no pair was sent under an alias, or has no
  // pair. It belongs to the first pair from its time up to `end`, the time of
  // the key's next prediction. Later pairs are not its own.
  void Settle(int64_t end, OfKey* of_key) {
    if (!of_key->unsure) return;
    const int64_t begin = TimeOf(*of_key->unsure);
    const auto pair = std::find_if(of_key->pairs.begin(), of_key->pairs.end(),
                                   [&](const LogRecord& one) {
                                     const int64_t time = TimeOf(one);
                                     return time >= begin && time < end;
                                   });
    if (pair != of_key->pairs.end()) {
      Show(*pair, *of_key->unsure);
      of_key->pairs.erase(pair);
    }
    of_key->unsure.reset();
  }
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
  // A pair without an id directly follows its prediction, which completed it.
  void AddWithoutId(const std::string& kind, const LogRecord& record) {
    if (kind == "prediction") {
      waiting_ = CopyOf(record);
      waiting_->fields = FieldsOf(waiting_->line);
    } else if (kind == "observation") {
      const bool same =
          waiting_ && waiting_->Raw("time") == record.Raw("time") &&
          waiting_->Text("model") == record.Text("model") &&
          NameOf(*waiting_, "version") == NameOf(record, "version");
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
  std::unordered_map<std::string, OfKey> keys_;
  uint64_t unsure_ = 0;
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
    without_prediction += join.Finish();
  }
  return without_prediction;
}

}  // namespace plumbline
