#include "daemon/eventlog/records.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "core/event/timestamp.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

constexpr std::string_view kBeforeKind = "{\"kind\":\"";
constexpr std::string_view kRedacted = "\"<redacted>\"";

void AppendNumber(double number, std::string* out) {
  char text[32];
  out->append(text, std::to_chars(text, text + sizeof(text), number).ptr);
}

// Writes one line of JSON, field by field.
class Line {
 public:
  Line(LogKind kind, const std::string& time, const Redaction& redaction,
       std::string* out)
      : redaction_(redaction), out_(out) {
    *out_ += kBeforeKind;
    *out_ += LogKindName(kind);
    *out_ += "\",\"time\":\"" + time + "\"";
  }
  ~Line() { *out_ += "}\n"; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // Writes those of the given fields that the event has.
  void Sent(const SentValues& values, const SentValues::Value& event,
            std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      if (const auto field = values.FieldOf(event, name)) Sent(values, *field);
    }
  }
  void Text(std::string_view key, std::string_view text) {
    if (Begin(key)) AppendJsonString(text, out_);
  }
  void Number(std::string_view key, double number) {
    if (Begin(key)) AppendNumber(number, out_);
  }
  void True(std::string_view key) {
    if (Begin(key)) *out_ += "true";
  }
  void Value(std::string_view key, const BatchReport::Value& value) {
    if (const auto* number = std::get_if<double>(&value)) {
      Number(key, *number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      Text(key, *text);
    } else if (Begin(key)) {
      char separator = '[';
      for (const auto& name : std::get<std::vector<std::string>>(value)) {
        *out_ += separator;
        separator = ',';
        AppendJsonString(name, out_);
      }
      *out_ += separator == '[' ? "[]" : "]";
    }
  }
  void Scores(const std::vector<std::pair<std::string, double>>& scores) {
    constexpr std::string_view kField = "scores";
    if (!Begin(kField)) return;
    char separator = '{';
    for (const auto& [name, score] : scores) {
      *out_ += separator;
      separator = ',';
      AppendJsonString(name, out_);
      *out_ += ':';
      if (redaction_.Hides(kField, name)) {
        *out_ += kRedacted;
      } else {
        AppendNumber(score, out_);
      }
    }
    *out_ += '}';
  }

 private:
  void Sent(const SentValues& values, const SentValues::Value& field) {
    if (!Begin(field.key)) return;
    if (field.kind != SentValues::Kind::kObject ||
        !redaction_.Within(field.key)) {
      AppendJson(values, field, out_);
      return;
    }
    char separator = '{';
    values.ForEachIn(field, [&](const SentValues::Value& entry) {
      *out_ += separator;
      separator = ',';
      AppendJsonString(entry.key, out_);
      *out_ += ':';
      if (redaction_.Hides(field.key, entry.key)) {
        *out_ += kRedacted;
      } else {
        AppendJson(values, entry, out_);
      }
    });
    *out_ += separator == '{' ? "{}" : "}";
  }
  // Begins a field. False if its value is hidden: then it is written as
  // redacted.
  bool Begin(std::string_view key) {
    *out_ += ",\"";
    *out_ += key;
    *out_ += "\":";
    if (!redaction_.Whole(key)) return true;
    *out_ += kRedacted;
    return false;
  }

  const Redaction& redaction_;
  std::string* const out_;
};

// Writes the lines of one event after another.
class EventLines {
 public:
  EventLines(const LoggedRequest& request, const Redaction& redaction,
             std::string* out)
      : sent_(request.sent),
        redaction_(redaction),
        time_(FormatTimestamp(request.now_ms)),
        out_(out) {}

  void AppendPrediction(const SentValues::Value& event) {
    Line line(kPrediction, time_, redaction_, out_);
    line.Sent(sent_, event, {"model"});
    if (!sent_.FieldOf(event, "version")) {
      line.Text("version", "");
    }
    line.Sent(sent_, event,
              {"version", "id", "prediction", "score", "scores", "timestamp",
               "segments", "features", "latency", "metadata"});
  }
  void AppendLabel(const SentValues::Value& event) {
    Line line(kLabel, time_, redaction_, out_);
    line.Sent(sent_, event, {"model", "id", "label", "timestamp", "metadata"});
  }
  void AppendPair(const SentValues::Value& event,
                  const BatchReport::Pair& pair) {
    Line line(kObservation, time_, redaction_, out_);
    line.Sent(sent_, event, {"model"});
    line.Text("version", pair.version);
    line.Sent(sent_, event, {"id"});
    line.Value("prediction", pair.prediction);
    line.Value("label", pair.label);
    if (pair.score >= 0) line.Number("score", pair.score);
    if (!pair.scores.empty()) line.Scores(pair.scores);
    if (pair.delay) line.Number("delay", *pair.delay);
    if (pair.correction) line.True("correction");
  }

 private:
  const SentValues& sent_;
  const Redaction& redaction_;
  const std::string time_;
  std::string* const out_;
};

}  // namespace

std::string_view LogKindName(size_t kind) {
  static constexpr std::array<std::string_view, kLogKinds> kNames = {
      "prediction", "label", "observation", "figures"};
  return kNames[kind];
}

// Each line begins with its kind.
LogCounts CountRecords(std::string_view lines) {
  LogCounts counts{};
  while (!lines.empty()) {
    const std::string_view kind = lines.substr(kBeforeKind.size());
    for (size_t i = 0; i < kLogKinds; ++i) {
      counts[i] += kind.starts_with(LogKindName(i)) ? 1 : 0;
    }
    lines.remove_prefix(std::min(lines.find('\n'), lines.size() - 1) + 1);
  }
  return counts;
}

LogCounts LoggedRequest::Records() const {
  LogCounts counts{};
  for (const Event& event : events) {
    counts[kPrediction] += event.taken.prediction ? 1 : 0;
    counts[kLabel] += event.taken.label ? 1 : 0;
  }
  counts[kObservation] = pairs.size();
  return counts;
}

size_t LoggedRequest::bytes() const {
  return sent.bytes() + events.size() * sizeof(Event) + pair_bytes;
}

Redaction::Redaction(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const size_t dot = name.find('.');
    names_.push_back({name.substr(0, dot), dot == std::string::npos
                                               ? std::string()
                                               : name.substr(dot + 1)});
  }
}

bool Redaction::Whole(std::string_view field) const {
  return std::any_of(names_.begin(), names_.end(), [field](const Name& name) {
    return name.field == field && name.key.empty();
  });
}

bool Redaction::Within(std::string_view field) const {
  return std::any_of(names_.begin(), names_.end(),
                     [field](const Name& name) { return name.field == field; });
}

bool Redaction::Hides(std::string_view field, std::string_view key) const {
  return std::any_of(names_.begin(), names_.end(), [&](const Name& name) {
    return name.field == field && name.key == key;
  });
}

void WriteRecords(const LoggedRequest& request, const Redaction& redaction,
                  const std::function<void(const std::string&)>& write) {
  constexpr size_t kAtATime = size_t{256} << 10;
  std::string text;
  EventLines lines(request, redaction, &text);
  auto pair = request.pairs.begin();
  for (const LoggedRequest::Event& logged : request.events) {
    if (text.size() >= kAtATime) {
      write(text);
      text.clear();
    }
    const SentValues::Value event = request.sent.EventAt(logged.place);
    if (logged.taken.prediction) lines.AppendPrediction(event);
    if (logged.taken.label) lines.AppendLabel(event);
    for (; pair != request.pairs.end() && pair->event == logged.place; ++pair) {
      lines.AppendPair(event, *pair);
    }
  }
  if (!text.empty()) write(text);
}

}  // namespace plumbline
