#include "exporters/api/id_json.h"

#include <nlohmann/json.hpp>
#include <variant>

#include "core/event/timestamp.h"

namespace plumbline {
namespace {

using Json = nlohmann::ordered_json;

Json ValueJson(const KnownValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* set = std::get_if<std::vector<std::string>>(&value)) {
    return *set;
  }
  return nullptr;
}

Json PredictionJson(const KnownPrediction& prediction) {
  Json json = {{"version", prediction.version},
               {"prediction", ValueJson(prediction.value)}};
  if (prediction.score) json["score"] = *prediction.score;
  for (const auto& [name, score] : prediction.scores) {
    json["scores"][name] = score;
  }
  json["waits"] = prediction.waits;
  if (prediction.received_from_ms == prediction.received_to_ms) {
    json["received"] = FormatTimestamp(prediction.received_from_ms);
  } else {
    json["received_after"] = FormatTimestamp(prediction.received_from_ms);
    json["received_before"] = FormatTimestamp(prediction.received_to_ms);
  }
  json["expires"] = FormatTimestamp(prediction.expires_ms);
  return json;
}

Json LabelJson(const KnownLabel& label) {
  return {{"label", ValueJson(label.value)},
          {"time", FormatTimestamp(label.time_us / 1000)},
          {"waits", label.waits},
          {"expires", FormatTimestamp(label.expires_ms)}};
}

}  // namespace

std::string IdJson(std::string_view model, std::string_view id,
                   const KnownId& known) {
  Json json = {{"model", model},
               {"id", id},
               {"predictions", Json::array()},
               {"label", nullptr},
               {"past_labels", Json::array()}};
  for (const KnownPrediction& prediction : known.predictions) {
    json["predictions"].push_back(PredictionJson(prediction));
  }
  if (known.label) json["label"] = LabelJson(*known.label);
  for (const KnownValue& value : known.past_labels) {
    json["past_labels"].push_back(ValueJson(value));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace plumbline
