#include "exporters/api/merged_spelling.h"

#include <stdexcept>
#include <string_view>

#include "core/settings/class_text.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kClasses = "classes";
constexpr const char* kPositive = "positive_class";
constexpr const char* kClassMetrics = "class_metrics";
constexpr const char* kMetrics = "metrics";
constexpr const char* kMisses = "top_confusion_observations";

bool HasPositive(const Json& said) {
  return said.contains(kPositive) && !said[kPositive].is_null();
}

}  // namespace

void OneSpelling::See(const Json& said) {
  const auto see = [this](const std::string& name) {
    const std::string_view other = OtherSpelling(name);
    if (!other.empty() && !first_.contains(other)) first_.insert(name);
  };
  if (said.contains(kClasses)) {
    for (const std::string name : said[kClasses]) see(name);
  }
  if (HasPositive(said)) see(said[kPositive]);
}

void OneSpelling::Respell(Json* said) const {
  if (said->contains(kClasses)) {
    for (Json& name : (*said)[kClasses]) name = Of(name);
  }
  if (HasPositive(*said)) (*said)[kPositive] = Of((*said)[kPositive]);
  if (said->contains(kClassMetrics)) {
    (*said)[kClassMetrics] = KeysOf((*said)[kClassMetrics]);
  }
  if (said->contains(kMetrics) && (*said)[kMetrics].contains(kMisses)) {
    Json& misses = (*said)[kMetrics][kMisses];
    for (Json& by_predicted : misses) by_predicted = KeysOf(by_predicted);
    misses = KeysOf(misses);
  }
}

std::string OneSpelling::Of(const std::string& name) const {
  const std::string_view other = OtherSpelling(name);
  return first_.contains(other) ? std::string(other) : name;
}

Json OneSpelling::KeysOf(const Json& by_class) const {
  Json respelled = Json::object();
  for (const auto& [name, value] : by_class.items()) {
    if (!respelled.emplace(Of(name), Json(value)).second) {
      throw std::invalid_argument("class \"" + name +
                                  "\" is there in two spellings");
    }
  }
  return respelled;
}

}  // namespace plumbline
