#include "daemon/decode/body.h"

#include <simdjson.h>

#include <algorithm>
#include <new>
#include <vector>

#include "daemon/decode/event_reader.h"
#include "daemon/decode/json_scan.h"

namespace plumbline {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// Cuts the first line off `rest`, without its end.
std::string_view TakeLine(std::string_view* rest) {
  const size_t end = std::min(rest->find('\n'), rest->size());
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return line;
}

std::string_view WithoutByteOrderMark(std::string_view body) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (body.starts_with(kByteOrderMark)) {
    body.remove_prefix(kByteOrderMark.size());
  }
  return body;
}

// Without a content type: lines, if a second object follows the first.
BodyFormat Guess(std::string_view body) {
  body = Trim(body);
  if (body.starts_with('[')) return BodyFormat::kJson;
  const bool lines = body.starts_with('{')
                         ? !Trim(BehindFirstValue(body)).empty()
                         : body.find("\n{") != std::string_view::npos;
  return lines ? BodyFormat::kNdjson : BodyFormat::kJson;
}

// Running out of memory is no fault of the document.
void ThrowIfOutOfMemory(simdjson::error_code error) {
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
}

// True if the document was refused for a number that is JSON all the same.
bool HasLargeNumber(simdjson::error_code error, std::string_view json) {
  return error == simdjson::NUMBER_ERROR && NumbersAreWellFormed(json);
}

EventError LargeNumber(uint32_t index) {
  return {index, Reject::kOutOfRange, "",
          "a number is an integer beyond 64 bits, or beyond a double"};
}

}  // namespace

FeatureNames FeaturesOf(const Settings& settings) {
  FeatureNames names;
  const auto add = [&names](const ModelSettings& rule) {
    const auto& features = rule.drift.features;
    names.insert(names.end(), features.begin(), features.end());
  };
  std::for_each(settings.model_rules.begin(), settings.model_rules.end(), add);
  add(settings.defaults);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void DecodedBody::Clear() {
  batch.Clear();
  events = 0;
  errors.clear();
  rejected.fill(0);
  warnings.clear();
  warned.fill(0);
}

void DecodedBody::AddError(EventError error) {
  ++rejected[static_cast<size_t>(error.reject)];
  if (errors.size() < kListedErrors) errors.push_back(std::move(error));
}

void DecodedBody::AddWarning(EventWarning warning) {
  ++warned[static_cast<size_t>(warning.warning)];
  if (warnings.size() < kListedWarnings) warnings.push_back(std::move(warning));
}

std::vector<std::string_view> EventTexts(std::string_view body,
                                         BodyFormat format) {
  body = WithoutByteOrderMark(body);
  if (format == BodyFormat::kUnknown) format = Guess(body);
  if (format == BodyFormat::kJson) {
    auto elements = SplitArray(body, SIZE_MAX);
    if (elements.empty()) elements = {body};
    return elements;
  }
  std::vector<std::string_view> lines;
  while (!body.empty()) {
    const std::string_view line = TakeLine(&body);
    if (!Trim(line).empty()) lines.push_back(line);
  }
  return lines;
}

struct BodyDecoder::Impl {
  simdjson::dom::parser parser;
  const IdHasher* hasher;

  // Parses an event, one with large integers inside its objects too.
  simdjson::error_code ParseEvent(std::string_view text,
                                  simdjson::dom::element* root) {
    auto error = parser.parse(text.data(), text.size(), false).get(*root);
    if (HasLargeNumber(error, text)) {
      error = parser.parse(WithNestedIntegersAsDoubles(text)).get(*root);
    }
    ThrowIfOutOfMemory(error);
    return error;
  }

  BodyStatus Json(std::string_view body, EventReader* reader,
                  const DecodeLimits& limits, DecodedBody* out,
                  std::string* message);
  BodyStatus JsonByElement(std::string_view body, EventReader* reader,
                           const DecodeLimits& limits, DecodedBody* out,
                           std::string* message);
  BodyStatus Ndjson(std::string_view body, EventReader* reader,
                    const DecodeLimits& limits, DecodedBody* out);
  void Line(std::string_view line, EventReader* reader, DecodedBody* out);

  // An array cannot hold what is no event, or one that repeats a key.
  bool Add(simdjson::dom::object object, EventReader* reader, DecodedBody* out,
           std::string* message);
};

BodyDecoder::BodyDecoder(const IdHasher* hasher)
    : impl_(std::make_unique<Impl>()) {
  impl_->hasher = hasher;
}
BodyDecoder::~BodyDecoder() = default;

void BodyDecoder::DecodeLine(std::string_view line, const DecodeLimits& limits,
                             int64_t now_us, DecodedBody* out) {
  EventReader reader(*impl_->hasher, limits, now_us, &out->batch);
  impl_->Line(line, &reader, out);
}

size_t BodyDecoder::capacity() const { return impl_->parser.capacity(); }

size_t BodyDecoder::Padding() { return simdjson::SIMDJSON_PADDING; }

BodyStatus BodyDecoder::Decode(std::string_view body, BodyFormat format,
                               const DecodeLimits& limits, int64_t now_us,
                               DecodedBody* out, std::string* message) {
  out->Clear();
  body = WithoutByteOrderMark(body);
  if (Trim(body).empty()) {
    *message = "the body is empty";
    return BodyStatus::kInvalid;
  }
  if (format == BodyFormat::kUnknown) format = Guess(body);
  EventReader reader(*impl_->hasher, limits, now_us, &out->batch);
  const BodyStatus status =
      format == BodyFormat::kNdjson
          ? impl_->Ndjson(body, &reader, limits, out)
          : impl_->Json(body, &reader, limits, out, message);
  if (status == BodyStatus::kTooManyEvents) {
    *message = "the body has more than " +
               std::to_string(limits.events_per_request) +
               " events (limits.events_per_request)";
  }
  return status;
}

BodyStatus BodyDecoder::Impl::Json(std::string_view body, EventReader* reader,
                                   const DecodeLimits& limits, DecodedBody* out,
                                   std::string* message) {
  simdjson::dom::element root;
  const auto error = parser.parse(body.data(), body.size(), false).get(root);
  ThrowIfOutOfMemory(error);
  if (HasLargeNumber(error, body)) {
    return JsonByElement(body, reader, limits, out, message);
  }
  if (error != simdjson::SUCCESS) {
    *message = std::string("the body is not JSON: ") +
               simdjson::error_message(error) +
               " (one event per line is application/x-ndjson)";
    return BodyStatus::kInvalid;
  }
  simdjson::dom::object object;
  if (root.get_object().get(object) == simdjson::SUCCESS) {
    return Add(object, reader, out, message) ? BodyStatus::kOk
                                             : BodyStatus::kInvalid;
  }
  simdjson::dom::array array;
  if (root.get_array().get(array) != simdjson::SUCCESS) {
    *message = "the body is neither a JSON object nor an array of objects";
    return BodyStatus::kInvalid;
  }
  for (const auto element : array) {
    if (element.get_object().get(object) != simdjson::SUCCESS) {
      *message = "element " + std::to_string(out->events) +
                 " of the array is not an object";
      return BodyStatus::kInvalid;
    }
    if (out->events == limits.events_per_request) {
      return BodyStatus::kTooManyEvents;
    }
    if (!Add(object, reader, out, message)) return BodyStatus::kInvalid;
  }
  return BodyStatus::kOk;
}

// The same for a body with a number that cannot be read: costs the event that
// it is in, not its neighbours.
BodyStatus BodyDecoder::Impl::JsonByElement(std::string_view body,
                                            EventReader* reader,
                                            const DecodeLimits& limits,
                                            DecodedBody* out,
                                            std::string* message) {
  std::vector<std::string_view> elements =
      SplitArray(body, limits.events_per_request + 1);
  if (elements.empty()) elements = {body};
  for (const std::string_view text : elements) {
    if (out->events == limits.events_per_request) {
      return BodyStatus::kTooManyEvents;
    }
    simdjson::dom::element element;
    simdjson::dom::object object;
    const auto error = ParseEvent(text, &element);
    if (HasLargeNumber(error, text)) {
      out->AddError(LargeNumber(static_cast<uint32_t>(out->events++)));
    } else if (error != simdjson::SUCCESS ||
               element.get_object().get(object) != simdjson::SUCCESS) {
      *message = "element " + std::to_string(out->events) +
                 " of the body is not a JSON object";
      return BodyStatus::kInvalid;
    } else if (!Add(object, reader, out, message)) {
      return BodyStatus::kInvalid;
    }
  }
  return BodyStatus::kOk;
}

BodyStatus BodyDecoder::Impl::Ndjson(std::string_view body, EventReader* reader,
                                     const DecodeLimits& limits,
                                     DecodedBody* out) {
  while (!body.empty()) {
    const std::string_view line = TakeLine(&body);
    if (line.empty() || (line[0] != '{' && Trim(line).empty())) continue;
    if (out->events == limits.events_per_request) {
      return BodyStatus::kTooManyEvents;
    }
    Line(line, reader, out);
  }
  return BodyStatus::kOk;
}

void BodyDecoder::Impl::Line(std::string_view line, EventReader* reader,
                             DecodedBody* out) {
  const auto index = static_cast<uint32_t>(out->events);
  simdjson::dom::element root;
  simdjson::dom::object object;
  const auto error = ParseEvent(line, &root);
  if (error == simdjson::SUCCESS &&
      root.get_object().get(object) == simdjson::SUCCESS) {
    ++out->events;
    if (!reader->Read(object, index)) {
      EventError failed = reader->error();
      failed.index = index;
      out->AddError(std::move(failed));
    }
    return;
  }
  ++out->events;
  EventError failed{index, Reject::kInvalidJson, "", ""};
  if (HasLargeNumber(error, line)) {
    failed = LargeNumber(index);
  } else if (error == simdjson::UTF8_ERROR) {
    failed.reject = Reject::kInvalidText;
    failed.message = "the line is not valid UTF-8";
  } else if (error != simdjson::SUCCESS) {
    failed.message =
        std::string("the line is not JSON: ") + simdjson::error_message(error);
  } else {
    failed.message = "the line is not a JSON object";
  }
  out->AddError(std::move(failed));
}

bool BodyDecoder::Impl::Add(simdjson::dom::object object, EventReader* reader,
                            DecodedBody* out, std::string* message) {
  const auto index = static_cast<uint32_t>(out->events++);
  if (reader->Read(object, index)) return true;
  EventError failed = reader->error();
  if (failed.reject == Reject::kInvalidJson) {
    *message = "event " + std::to_string(index) + ": " + failed.message;
    return false;
  }
  failed.index = index;
  out->AddError(std::move(failed));
  return true;
}

}  // namespace plumbline
