#include "daemon/eventlog/records.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "core/event/timestamp.h"
#include "daemon/decode/json_scan.h"
#include "daemon/decode/kept_fields.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

constexpr std::string_view kBeforeKind = "{\"kind\":\"";
constexpr std::string_view kRedacted = "\"<redacted>\"";

void AppendNumber(double number, std::string* out) {
  char text[32];
  out->append(text, std::to_chars(text, text + sizeof(text), number).ptr);
}

// One line of JSON, written field by field.
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

  // The field as it was sent, without entries that were left out.
  void Sent(const JsonField& field) {
    if (!Begin(field.key)) return;
    const auto left = EntriesLeft(field);
    if (!left && !redaction_.Within(field.key)) {
      AppendOnOneLine(field.value, out_);
      return;
    }
    char separator = '{';
    for (const JsonField& inner : left ? *left : FieldsOf(field.value)) {
      *out_ += separator;
      separator = ',';
      AppendJsonString(inner.key, out_);
      *out_ += ':';
      if (redaction_.Hides(field.key, inner.key)) {
        *out_ += kRedacted;
      } else {
        AppendOnOneLine(inner.value, out_);
      }
    }
    *out_ += separator == '{' ? "{}" : "}";
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
  void Value(std::string_view key, const Account::Value& value) {
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
  // False if the value is hidden, and said to be.
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

// The fields of an event, by name.
class Fields {
 public:
  explicit Fields(std::string_view event) : kept_(event) {}

  const JsonField* Find(std::string_view key) const {
    const auto field =
        std::find_if(kept_.fields().begin(), kept_.fields().end(),
                     [key](const JsonField& f) { return f.key == key; });
    return field == kept_.fields().end() ? nullptr : &*field;
  }
  // Those of these that are there.
  void Copy(std::initializer_list<std::string_view> keys, Line* line) const {
    for (const std::string_view key : keys) {
      if (const JsonField* field = Find(key)) line->Sent(*field);
    }
  }

 private:
  const KeptFields kept_;
};

void AppendPair(const Account::Pair& pair, const Fields& event,
                const std::string& time, const Redaction& redaction,
                std::string* out) {
  Line line(kObservation, time, redaction, out);
  event.Copy({"model"}, &line);
  line.Text("version", pair.version);
  event.Copy({"id"}, &line);
  line.Value("prediction", pair.prediction);
  line.Value("label", pair.label);
  if (pair.score >= 0) line.Number("score", pair.score);
  if (!pair.scores.empty()) line.Scores(pair.scores);
  if (pair.delay) line.Number("delay", *pair.delay);
  if (pair.correction) line.True("correction");
}

}  // namespace

std::string_view LogKindName(size_t kind) {
  static constexpr std::array<std::string_view, kLogKinds> kNames = {
      "prediction", "label", "observation", "figures"};
  return kNames[kind];
}

// Every line begins with its kind.
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
  return body.size() + events.size() * sizeof(Event) + pair_bytes;
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
  std::string lines;
  const std::string time = FormatTimestamp(request.now_ms);
  const auto texts = EventTexts(request.body, request.format);
  auto pair = request.pairs.begin();
  for (const LoggedRequest::Event& event : request.events) {
    if (event.index >= texts.size()) continue;
    if (lines.size() >= kAtATime) {
      write(lines);
      lines.clear();
    }
    const Fields fields(texts[event.index]);
    if (event.taken.prediction) {
      Line line(kPrediction, time, redaction, &lines);
      fields.Copy({"model"}, &line);
      if (fields.Find("version") == nullptr) line.Text("version", "");
      fields.Copy({"version", "id", "prediction", "score", "scores",
                   "timestamp", "segments", "features", "latency", "metadata"},
                  &line);
    }
    if (event.taken.label) {
      Line line(kLabel, time, redaction, &lines);
      fields.Copy({"model", "id", "label", "timestamp", "metadata"}, &line);
    }
    for (; pair != request.pairs.end() && pair->event == event.place; ++pair) {
      AppendPair(*pair, fields, time, redaction, &lines);
    }
  }
  if (!lines.empty()) write(lines);
}

}  // namespace plumbline
