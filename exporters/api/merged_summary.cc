#include "exporters/api/merged_summary.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "core/model/assumed_positive.h"
#include "exporters/api/table_parts.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kTask = "task";
constexpr const char* kPositive = "positive_class";

bool Assumes(const SaidOfModel& said, const char* key) {
  const Json& assumed = said.summary.at("assumed");
  return std::find(assumed.begin(), assumed.end(), key) != assumed.end();
}

// The first daemon with a value for `key`, or null.
const SaidOfModel* FirstWith(const std::vector<SaidOfModel>& said,
                             const char* key) {
  for (const SaidOfModel& of : said) {
    if (!of.summary.at(key).is_null()) return &of;
  }
  return nullptr;
}

// Describes two daemons with different values for `key`.
std::string Difference(const std::vector<SaidOfModel>& said, const char* key,
                       const std::string& what) {
  const SaidOfModel* first = FirstWith(said, key);
  if (first == nullptr) return "";
  const Json& value = first->summary.at(key);
  for (const SaidOfModel& of : said) {
    const Json& other = of.summary.at(key);
    if (other.is_null() || other == value) continue;
    return "model \"" + Shown(of.summary.at("model")) + "\": its " + what +
           " is " + Shown(value) + " at " + first->url + " and " +
           Shown(other) + " at " + of.url + ", so they do not add up";
  }
  return "";
}

// True if every daemon with a value for `key` assumes it.
bool AllAssume(const std::vector<SaidOfModel>& said, const char* key) {
  return FirstWith(said, key) != nullptr &&
         std::all_of(said.begin(), said.end(), [key](const SaidOfModel& of) {
           return of.summary.at(key).is_null() || Assumes(of, key);
         });
}

Json ClassesOf(const std::vector<SaidOfModel>& said) {
  Json classes = Json::array();
  for (const SaidOfModel& of : said) {
    for (const Json& name : of.summary.at("classes")) {
      if (std::find(classes.begin(), classes.end(), name) == classes.end()) {
        classes.push_back(name);
      }
    }
  }
  return classes;
}

// An assumed positive class must also follow from the classes of all daemons.
Json PositiveOf(const std::vector<SaidOfModel>& said, const Json& classes) {
  const SaidOfModel* first = FirstWith(said, kPositive);
  if (first == nullptr) return nullptr;
  if (AllAssume(said, kPositive)) {
    std::vector<std::string> names;
    for (const Json& name : classes) names.push_back(name);
    AssumedPositive assumed;
    for (const std::string& name : names) assumed.Add(name);
    if (assumed.Get().empty()) return nullptr;
  }
  return first->summary.at(kPositive);
}

// The later time; RFC 3339 in UTC sorts as text. Null is no time.
Json Later(const Json& a, const Json& b) {
  if (a.is_null() || b.is_null()) return a.is_null() ? b : a;
  return std::max(a.get<std::string>(), b.get<std::string>());
}

Json EarliestOf(const std::vector<SaidOfModel>& said, const char* key) {
  Json earliest = nullptr;
  for (const SaidOfModel& of : said) {
    const Json& time = of.summary.at(key);
    if (time.is_null()) continue;
    if (earliest.is_null() ||
        time.get<std::string>() < earliest.get<std::string>()) {
      earliest = time;
    }
  }
  return earliest;
}

void Add(const Json& version, Json* sum) {
  if (sum->is_null()) {
    *sum = version;
    return;
  }
  for (const char* count : {"predictions", "observations"}) {
    (*sum)[count] =
        sum->at(count).get<uint64_t>() + version.at(count).get<uint64_t>();
  }
  (*sum)["last_prediction"] =
      Later(sum->at("last_prediction"), version.at("last_prediction"));
}

Json VersionsOf(const std::vector<SaidOfModel>& said) {
  std::map<std::string, Json> sums;
  Json last_label = nullptr;  // of all versions, as in one daemon
  for (const SaidOfModel& of : said) {
    for (const Json& version : of.summary.at("versions")) {
      Add(version, &sums[version.at("version")]);
      last_label = Later(last_label, version.at("last_label"));
    }
  }
  Json versions = Json::array();
  for (auto& [name, sum] : sums) {
    sum["last_label"] = last_label;
    versions.push_back(std::move(sum));
  }
  return versions;
}

}  // namespace

std::string DifferenceOf(const std::vector<SaidOfModel>& said) {
  const std::string of_task = Difference(said, kTask, "task");
  return of_task.empty() ? Difference(said, kPositive, "positive class")
                         : of_task;
}

Json MergedSummary(const std::vector<SaidOfModel>& said) {
  const SaidOfModel* task = FirstWith(said, kTask);
  const Json classes = ClassesOf(said);
  const Json positive = PositiveOf(said, classes);
  Json assumed = Json::array();
  if (AllAssume(said, kTask)) assumed.push_back(kTask);
  if (!positive.is_null() && AllAssume(said, kPositive)) {
    assumed.push_back(kPositive);
  }
  return {{"model", said.front().summary.at("model")},
          {"task", task == nullptr ? Json(nullptr) : task->summary.at(kTask)},
          {"task_since", EarliestOf(said, "task_since")},
          {"classes", classes},
          {"positive_class", positive},
          {"assumed", assumed},
          {"versions", VersionsOf(said)}};
}

}  // namespace plumbline
