#include "exporters/api/findings_json.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/event/timestamp.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

namespace {

Json ValueOf(const Finding& finding) {
  switch (finding.form()) {
    case FindingForm::kCount:
      return static_cast<uint64_t>(finding.value());
    case FindingForm::kTimeMs:
      if (finding.value() == 0) return nullptr;
      return FormatTimestamp(static_cast<int64_t>(finding.value()));
    case FindingForm::kRatio:
    case FindingForm::kNumber:
    case FindingForm::kFlag:
      break;
  }
  return finding.value();
}

void Put(const FindingKind& kind, const Finding& finding, Json* field) {
  Json* at = field;
  for (const std::string& key : kind.path(finding)) at = &(*at)[key];
  *at = ValueOf(finding);
}

// Adds an empty field if it is missing. Adding another invalidates the
// reference.
Json& FieldOf(std::string_view key, Json::value_t empty, Json* json) {
  Json& field = (*json)[std::string(key)];
  if (field.is_null()) field = Json(empty);
  return field;
}

// Lists the names with the largest values.
void AddTop(const FindingKind& kind, Json* field) {
  constexpr size_t kTop = 10;
  const std::string of(kind.top_of);
  const std::string by(kind.top_by);
  if (!field->contains(of)) return;
  std::vector<std::pair<double, std::string>> found;
  for (const auto& [name, one] : (*field)[of].items()) {
    if (one.contains(by)) found.emplace_back(one[by], name);
  }
  std::stable_sort(
      found.begin(), found.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  if (found.size() > kTop) found.resize(kTop);
  Json& top = (*field)["top_" + of] = Json::array();
  for (const auto& [most, name] : found) top.push_back(name);
}

void AppendOfKind(const FindingKind& kind, const WindowInput& input,
                  Json* json) {
  if (!kind.IsUsed(input)) return;
  FindingList list;
  kind.of_window(input, &list);
  Json& field = FieldOf(kind.key, Json::value_t::object, json);
  for (const Finding& finding : list) {
    if (finding.form() != FindingForm::kFlag) Put(kind, finding, &field);
  }
  if (!kind.top_of.empty()) AddTop(kind, &field);
  if (kind.flags_key.empty()) return;
  Json& flags = FieldOf(kind.flags_key, Json::value_t::array, json);
  for (const Finding& finding : list) {
    if (finding.form() != FindingForm::kFlag || finding.value() == 0) continue;
    flags.push_back(kind.path(finding).back());
  }
}

}  // namespace

void AppendFindings(const WindowInput& input, IsShown is_shown, Json* json) {
  for (const FindingKind& kind : FindingKinds()) {
    if (is_shown(kind)) AppendOfKind(kind, input, json);
  }
}

Json FindingsOfKey(const WindowInput& input, std::string_view key) {
  Json json = Json::object();
  FieldOf(key, Json::value_t::object, &json);
  for (const FindingKind& kind : FindingKinds()) {
    if (kind.key == key) AppendOfKind(kind, input, &json);
  }
  return json[std::string(key)];
}

Json ListedFindings(const std::vector<const VersionSnapshot*>& versions) {
  Json json = Json::object();
  FindingList list;
  for (const FindingKind& kind : FindingKinds()) {
    if (kind.of_version == nullptr) continue;
    Json& field = FieldOf(kind.key, Json::value_t::array, &json);
    for (const VersionSnapshot* version : versions) {
      list.clear();
      kind.of_version(*version, &list);
      Json objects = Json::object();
      for (const Finding& finding : list) Put(kind, finding, &objects);
      for (const auto& [name, of] : objects.items()) {
        Json one = Json::object();
        one["version"] = version->name;
        one[std::string(kind.list_by)] = name;
        one.update(of);
        field.push_back(std::move(one));
      }
    }
  }
  return json;
}

}  // namespace plumbline
