#include "daemon/decode/second_look.h"

#include <utility>

#include "daemon/decode/json_element.h"
#include "daemon/decode/json_fault.h"
#include "daemon/decode/lines.h"
#include "daemon/decode/mend.h"

namespace plumbline {

std::string Describe(const EventPlace& place, std::string_view before) {
  const auto [line, column] = Behind(place.begin, before);
  std::string text = "column " + std::to_string(column);
  if (place.begin.line == 0) return text;
  return "event " + std::to_string(place.index) + ", line " +
         std::to_string(line) + ", " + text;
}

SecondLook::Result SecondLook::Read(std::string_view text,
                                    const EventPlace& place) {
  error_.index = place.index;
  text = WithoutByteOrderMark(text);
  simdjson::dom::element root;
  simdjson::dom::object object;
  auto error = parser_.parse(text.data(), text.size(), false).get(root);
  ThrowIfOutOfMemory(error);
  MendedEvent mended;
  if (error != simdjson::SUCCESS && error != simdjson::UTF8_ERROR) {
    mended = MendEvent(text);
  }
  if (mended.changed) {
    error = parser_.parse(mended.text).get(root);
    ThrowIfOutOfMemory(error);
  }
  if (error != simdjson::SUCCESS) {
    return Explain(text, error, mended.large_number, place);
  }
  if (root.get_object().get(object) != simdjson::SUCCESS) {
    return Refuse(Result::kNotAnObject, Reject::kInvalidJson, "",
                  Describe(place, text.substr(0, text.find(Trim(text)[0]))) +
                      ": it is " + KindOf(root) + ", not an object");
  }
  for (EventWarning& warning : mended.warnings) {
    warning.index = place.index;
    out_->AddWarning(std::move(warning));
  }
  if (!mended.half_surrogate.empty()) {
    Refuse(Result::kRejected, Reject::kInvalidText, mended.half_surrogate,
           mended.half_surrogate + " has half a surrogate");
    error_.model = EventReader::ModelOf(object);
    return Result::kRejected;
  }
  if (reader_.Read(object, place.index, mended.left_out)) return Result::kRead;
  error_ = reader_.error();
  return reader_.repeats_key() ? Result::kRepeatsKey : Result::kRejected;
}

SecondLook::Result SecondLook::Explain(std::string_view text,
                                       simdjson::error_code error,
                                       const std::string& large_number,
                                       const EventPlace& place) {
  const auto refuse = [&](Result result, Reject reject, size_t at,
                          const std::string& what) {
    return Refuse(result, reject, "",
                  Describe(place, text.substr(0, at)) + ": " + what +
                      ", near " + Excerpt(text, at));
  };
  const std::string_view wide = WideEncodingOf(text);
  if (!wide.empty()) {
    return refuse(Result::kNotAnObject, Reject::kInvalidJson, 0,
                  "it is " + std::string(wide) + ", not UTF-8");
  }
  if (const auto fault = FindJsonFault(text)) {
    return refuse(Result::kNotAnObject, Reject::kInvalidJson, fault->at,
                  fault->what);
  }
  if (error == simdjson::UTF8_ERROR) {
    return refuse(Result::kRejected, Reject::kInvalidText,
                  FirstInvalidByte(text), "it is not valid UTF-8");
  }
  if (error == simdjson::NUMBER_ERROR) {
    return Refuse(Result::kRejected, Reject::kOutOfRange, large_number,
                  (large_number.empty() ? "a number" : large_number) +
                      " is an integer beyond 64 bits, or beyond a double");
  }
  return refuse(Result::kNotAnObject, Reject::kInvalidJson, 0,
                simdjson::error_message(error));
}

SecondLook::Result SecondLook::Refuse(Result result, Reject reject,
                                      std::string_view field,
                                      std::string message) {
  error_.reject = reject;
  error_.field = field;
  error_.message = std::move(message);
  error_.model.clear();
  return result;
}

}  // namespace plumbline
