#include "daemon/decode/body.h"

#include <simdjson.h>

#include <new>
#include <vector>

#include "daemon/decode/event_reader.h"
#include "daemon/decode/json_element.h"
#include "daemon/decode/json_fault.h"
#include "daemon/decode/json_scan.h"
#include "daemon/decode/lines.h"
#include "daemon/decode/second_look.h"
#include "daemon/decode/shown.h"

namespace plumbline {
namespace {

// Describes where and why a body of one object, or an array of them, is not
// JSON; empty if it is.
std::string DescribeFault(std::string_view body) {
  const auto fault = FindJsonFault(body);
  if (!fault) return {};
  const EventPlace place = {static_cast<uint32_t>(fault->element)};
  std::string message = Describe(place, body.substr(0, fault->at)) + ": " +
                        fault->what + ", near " + Excerpt(body, fault->at);
  if (body.substr(fault->at).starts_with('{') && !Trim(body).starts_with('[')) {
    message += " (one event per line is application/x-ndjson)";
  }
  return message;
}

}  // namespace

struct BodyDecoder::Impl {
  // The current body.
  struct Reading {
    const DecodeLimits& limits;
    EventReader reader;
    DecodedBody* out;
    std::string* message;  // why the body is rejected as a whole

    uint32_t index() const { return static_cast<uint32_t>(out->events); }
    bool IsFull() const { return out->events == limits.events_per_request; }
  };

  simdjson::dom::parser parser;
  const IdHasher* hasher;

  BodyStatus Json(std::string_view body, Reading* reading);
  // False if the event makes the body unreadable.
  bool Add(simdjson::dom::object object, Reading* reading);
  BodyStatus JsonAgain(std::string_view body, Reading* reading);
  BodyStatus Ndjson(std::string_view body, Reading* reading);
  void Line(std::string_view line, size_t number, Reading* reading);
  [[gnu::cold]] void LineAgain(std::string_view line, const EventPlace& place,
                               Reading* reading);
};

BodyDecoder::BodyDecoder(const IdHasher* hasher)
    : impl_(std::make_unique<Impl>()) {
  impl_->hasher = hasher;
}
BodyDecoder::~BodyDecoder() = default;

size_t BodyDecoder::capacity() const { return impl_->parser.capacity(); }

size_t BodyDecoder::Padding() { return simdjson::SIMDJSON_PADDING; }

void BodyDecoder::DecodeLine(std::string_view line, const DecodeLimits& limits,
                             int64_t now_us, DecodedBody* out) {
  Impl::Reading reading = {
      limits, EventReader(*impl_->hasher, limits, now_us, out), out, nullptr};
  impl_->Line(line, 0, &reading);
}

BodyStatus BodyDecoder::Decode(std::string_view body, BodyFormat format,
                               const DecodeLimits& limits, int64_t now_us,
                               DecodedBody* out, std::string* message) {
  out->Clear();
  const std::string_view wide = WideEncodingOf(body);
  if (!wide.empty()) {
    *message = "the body is " + std::string(wide) + "; send it as UTF-8";
    return BodyStatus::kInvalid;
  }
  body = WithoutByteOrderMark(body);
  if (Trim(body).empty()) {
    *message = "the body is empty";
    return BodyStatus::kInvalid;
  }
  if (format == BodyFormat::kUnknown) format = GuessFormat(body);
  Impl::Reading reading = {
      limits, EventReader(*impl_->hasher, limits, now_us, out), out, message};
  const BodyStatus status = format == BodyFormat::kNdjson
                                ? impl_->Ndjson(body, &reading)
                                : impl_->Json(body, &reading);
  if (status == BodyStatus::kTooManyEvents) {
    *message = "the body has more than " +
               std::to_string(limits.events_per_request) +
               " events (limits.events_per_request)";
  }
  return status;
}

BodyStatus BodyDecoder::Impl::Json(std::string_view body, Reading* reading) {
  simdjson::dom::element root;
  const auto error = parser.parse(body.data(), body.size(), false).get(root);
  ThrowIfOutOfMemory(error);
  if (error != simdjson::SUCCESS) return JsonAgain(body, reading);
  simdjson::dom::object object;
  if (root.get_object().get(object) == simdjson::SUCCESS) {
    return Add(object, reading) ? BodyStatus::kOk : BodyStatus::kInvalid;
  }
  simdjson::dom::array array;
  if (root.get_array().get(array) != simdjson::SUCCESS) {
    *reading->message = std::string("the body is ") + KindOf(root) +
                        ", neither a JSON object nor an array of objects";
    return BodyStatus::kInvalid;
  }
  for (const auto element : array) {
    if (element.get_object().get(object) != simdjson::SUCCESS) {
      const uint32_t index = reading->index();
      const std::string_view text = Trim(SplitArray(body, index + 1).back());
      const std::string_view before(
          body.data(), static_cast<size_t>(text.data() - body.data()));
      *reading->message = Describe({index}, before) + ": it is " +
                          KindOf(element) + ", not an object";
      return BodyStatus::kInvalid;
    }
    if (reading->IsFull()) return BodyStatus::kTooManyEvents;
    if (!Add(object, reading)) return BodyStatus::kInvalid;
  }
  return BodyStatus::kOk;
}

bool BodyDecoder::Impl::Add(simdjson::dom::object object, Reading* reading) {
  const uint32_t index = reading->index();
  ++reading->out->events;
  if (reading->reader.Read(object, index)) return true;
  if (reading->reader.repeats_key()) {
    *reading->message = "event " + std::to_string(index) + ": " +
                        reading->reader.error().message;
    return false;
  }
  reading->out->AddError(reading->reader.error());
  return true;
}

// Reads a body that does not parse as a whole, event by event. A fault rejects
// one event and does not affect the others.
BodyStatus BodyDecoder::Impl::JsonAgain(std::string_view body,
                                        Reading* reading) {
  std::vector<std::string_view> elements =
      SplitArray(body, reading->limits.events_per_request + 1);
  if (elements.empty()) elements = {body};
  SecondLook look(&parser, &reading->reader, reading->out);
  EventPlace place;
  const char* reached = body.data();
  for (const std::string_view text : elements) {
    if (reading->IsFull()) return BodyStatus::kTooManyEvents;
    place.index = reading->index();
    place.begin = Behind(place.begin,
                         {reached, static_cast<size_t>(text.data() - reached)});
    reached = text.data();
    ++reading->out->events;
    const SecondLook::Result result = look.Read(text, place);
    if (result == SecondLook::Result::kRead) continue;
    if (result == SecondLook::Result::kRejected) {
      reading->out->AddError(look.error());
      continue;
    }
    if (result == SecondLook::Result::kRepeatsKey) {
      *reading->message =
          "event " + std::to_string(place.index) + ": " + look.error().message;
      return BodyStatus::kInvalid;
    }
    const std::string fault = DescribeFault(body);
    *reading->message = fault.empty()
                            ? "the body cannot be read: " + look.error().message
                            : "the body is not JSON: " + fault;
    return BodyStatus::kInvalid;
  }
  return BodyStatus::kOk;
}

BodyStatus BodyDecoder::Impl::Ndjson(std::string_view body, Reading* reading) {
  for (size_t number = 1; !body.empty(); ++number) {
    const std::string_view line = TakeLine(&body);
    if (line.empty() || (line[0] != '{' && Trim(line).empty())) continue;
    if (reading->IsFull()) return BodyStatus::kTooManyEvents;
    Line(line, number, reading);
  }
  return BodyStatus::kOk;
}

void BodyDecoder::Impl::Line(std::string_view line, size_t number,
                             Reading* reading) {
  simdjson::dom::element root;
  simdjson::dom::object object;
  const auto error = parser.parse(line.data(), line.size(), false).get(root);
  const uint32_t index = reading->index();
  ++reading->out->events;
  if (error != simdjson::SUCCESS ||
      root.get_object().get(object) != simdjson::SUCCESS) {
    LineAgain(line, {index, {number, 1}}, reading);
  } else if (!reading->reader.Read(object, index)) {
    reading->out->AddError(reading->reader.error());
  }
}

void BodyDecoder::Impl::LineAgain(std::string_view line,
                                  const EventPlace& place, Reading* reading) {
  SecondLook look(&parser, &reading->reader, reading->out);
  if (look.Read(line, place) != SecondLook::Result::kRead) {
    reading->out->AddError(look.error());
  }
}

}  // namespace plumbline
