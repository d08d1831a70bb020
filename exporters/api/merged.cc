#include "exporters/api/merged.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "config/units.h"
#include "exporters/api/left_out.h"
#include "exporters/api/merged_spelling.h"
#include "exporters/api/merged_summary.h"
#include "exporters/api/merged_window.h"
#include "exporters/api/objectives.h"
#include "exporters/api/table_parts.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

namespace {

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Merged Failed(std::string error) { return {"", {}, std::move(error)}; }

struct Said {
  std::string url;
  Json json;
};

// `list`: the field that every answer must have. False, with *error, if one
// lacks it.
bool Read(const std::vector<DaemonAnswer>& answers, const char* list,
          std::vector<Said>* said, std::string* error) {
  for (const DaemonAnswer& answer : answers) {
    Json json = Json::parse(answer.text, nullptr, false);
    if (!json.is_object() || !json.contains(list) || !json[list].is_array()) {
      *error = answer.url + ": this is not an answer of plumbline";
      return false;
    }
    said->push_back({answer.url, std::move(json)});
  }
  return true;
}

// Reports missing fields in the answers of daemons of another version.
template <class Merge>
Merged WithFields(Merge merge) {
  try {
    return merge();
  } catch (const std::exception& e) {
    return Failed(std::string("the daemons' answers do not add up: ") +
                  e.what());
  }
}

// Groups by model: all, or only `name`.
std::map<std::string, std::vector<SaidOfModel>> ByModel(
    const std::vector<Said>& said, const std::optional<std::string>& only) {
  std::map<std::string, std::vector<SaidOfModel>> models;
  for (const Said& of : said) {
    for (const Json& model : of.json.at("models")) {
      const std::string name = model.at("model");
      if (!only || name == *only) models[name].push_back({of.url, model});
    }
  }
  return models;
}

OneSpelling SpellingOf(const std::vector<SaidOfModel>& said) {
  OneSpelling spelling;
  for (const SaidOfModel& of : said) spelling.See(of.summary);
  return spelling;
}

Merged MergedList(const std::vector<DaemonAnswer>& answers,
                  const std::optional<std::string>& only) {
  std::vector<Said> said;
  Merged merged;
  if (!Read(answers, "models", &said, &merged.error)) return merged;
  Json list = Json::array();
  for (auto& [name, of] : ByModel(said, only)) {
    const OneSpelling spelling = SpellingOf(of);
    for (SaidOfModel& one : of) spelling.Respell(&one.summary);
    if (std::string why = DifferenceOf(of); !why.empty()) {
      merged.apart.push_back(std::move(why));
      continue;
    }
    list.push_back(MergedSummary(of));
  }
  // An empty list would mean that there are no models.
  if (list.empty() && !merged.apart.empty()) return merged;
  merged.text = Dump({{"models", list}});
  return merged;
}

// Returns the one model, or an error.
Merged MergedOne(const std::vector<DaemonAnswer>& answers,
                 const std::string& name) {
  Merged merged = MergedList(answers, name);
  return merged.apart.empty() ? merged
                              : Failed(std::move(merged.apart.front()));
}

// Equal for all spellings of a window's length.
std::string KeyOf(const Json& window) {
  const std::string name = window;
  const auto length = ParseDuration(name);
  return length ? std::to_string(*length) : name;
}

void AddNote(const std::string& note, std::vector<std::string>* notes) {
  if (std::find(notes->begin(), notes->end(), note) == notes->end()) {
    notes->push_back(note);
  }
}

using Labels = std::vector<std::pair<std::string, std::string>>;

Labels LabelsOf(const Json& segment) {
  Labels labels;
  for (const auto& [key, value] : segment.items())
    labels.emplace_back(key, value);
  return labels;
}

// The daemons' results for the windows of one version.
class VersionResults {
 public:
  void Add(const std::string& url, const Json& result) {
    const std::string key = KeyOf(result.at("window"));
    const auto known =
        std::find_if(windows_.begin(), windows_.end(),
                     [&key](const Window& w) { return w.key == key; });
    Window* const window = known == windows_.end()
                               ? &windows_.emplace_back(Window{key, {}, {}})
                               : &*known;
    urls_.insert(url);
    window->urls.insert(url);
    window->results[LabelsOf(result.at("segment"))].push_back(result);
  }

  // Drops windows that a daemon lacks: its pairs would be missing.
  void DropPartial(std::vector<std::string>* notes) {
    std::erase_if(windows_, [&](const Window& window) {
      for (const std::string& url : urls_) {
        if (window.urls.contains(url)) continue;
        const Json& one = window.results.begin()->second.front();
        AddNote("window " + Shown(one.at("window")) + " is left out, as " +
                    url + " does not have it",
                notes);
        return true;
      }
      return false;
    });
  }

  // Calls visit(results) by segment (the whole version first), then by window.
  template <class Visit>
  void ForEach(Visit visit) const {
    std::set<Labels> segments;
    for (const Window& window : windows_) {
      for (const auto& [labels, results] : window.results) {
        segments.insert(labels);
      }
    }
    for (const Labels& labels : segments) {
      for (const Window& window : windows_) {
        const auto at = window.results.find(labels);
        if (at != window.results.end()) visit(at->second);
      }
    }
  }

 private:
  struct Window {
    std::string key;
    std::set<std::string> urls;
    std::map<Labels, std::vector<Json>> results;
  };
  std::vector<Window> windows_;  // by first appearance
  std::set<std::string> urls_;
};

// Gives all results the spellings of the lists of models; for classes that are
// newer than the lists, those of the results. False if `models` are no such
// answers.
bool GiveOneSpelling(const std::vector<DaemonAnswer>& models,
                     const std::string& name, std::vector<Said>* answers,
                     std::string* error) {
  std::vector<Said> said;
  if (!Read(models, "models", &said, error)) return false;
  OneSpelling spelling = SpellingOf(ByModel(said, name)[name]);
  for (const Said& of : *answers) {
    for (const Json& result : of.json.at("results")) spelling.See(result);
  }
  for (Said& of : *answers) {
    for (Json& result : of.json.at("results")) spelling.Respell(&result);
  }
  return true;
}

void AddClasses(const Json& names, std::vector<std::string>* classes) {
  for (const std::string name : names) {
    if (std::find(classes->begin(), classes->end(), name) == classes->end()) {
      classes->push_back(name);
    }
  }
}

// The properties of the model that all windows share.
ModelSnapshot TraitsOf(const Json& summary, const std::vector<Said>& said) {
  ModelSnapshot model;
  model.name = summary.at("model");
  for (const Task task : {Task::kRegression, Task::kMultilabel}) {
    if (summary.at("task") == TaskName(task)) model.task = task;
  }
  if (const Json& positive = summary.at("positive_class");
      !positive.is_null()) {
    model.positive_class = positive;
  }
  AddClasses(summary.at("classes"), &model.classes);
  model.has_matrix = model.task == Task::kClassification;
  for (const Said& of : said) {
    const Json& results = of.json.at("results");
    if (results.empty()) continue;
    // All windows of a daemon have the same classes.
    const Json& any = results.front();
    model.has_matrix = model.has_matrix && any.contains("confusion");
    if (any.contains("classes")) AddClasses(any.at("classes"), &model.classes);
  }
  return model;
}

// True if a sum over last_N has more than N pairs: one daemon would have
// dropped the oldest.
bool IsMoreThanLast(const Json& sum) {
  constexpr std::string_view kLast = "last_";
  const std::string window = sum.at("window");
  return window.starts_with(kLast) &&
         sum.at("observations") >
             std::strtoull(window.c_str() + kLast.size(), nullptr, 10);
}

Merged Sum(const ModelSnapshot& model, const std::vector<Said>& said) {
  Merged merged;
  LeftOut left_out;
  bool has_detectors = false;
  std::map<std::string, VersionResults> versions;
  for (const Said& of : said) {
    for (const Json& result : of.json.at("results")) {
      versions[result.at("version")].Add(of.url, result);
    }
    has_detectors = has_detectors || !of.json.at("detectors").empty();
  }
  std::vector<std::string> notes;
  Json results = Json::array();
  for (auto& [name, version] : versions) {
    version.DropPartial(&notes);
    version.ForEach([&](const std::vector<Json>& of_window) {
      Json sum = MergedWindow(model, of_window);
      if (WithheldByOne(of_window)) {
        AddNote("figures of window " + Shown(sum["window"]) +
                    " are left out, as a daemon withholds them (min_coverage)",
                &notes);
      } else {
        left_out.Compare(of_window, sum);
      }
      if (IsMoreThanLast(sum)) {
        AddNote("window " + Shown(sum["window"]) +
                    " has the last pairs of each daemon, not those of all",
                &notes);
      }
      results.push_back(std::move(sum));
    });
  }
  if (has_detectors) left_out.AddDetectors();
  if (const std::string line = left_out.Line(); !line.empty()) {
    notes.push_back(line);
  }
  merged.text = Dump({{"model", model.name},
                      {"results", results},
                      {"detectors", Json::array()}});
  merged.notes = std::move(notes);
  return merged;
}

}  // namespace

Merged MergedModels(const std::vector<DaemonAnswer>& models) {
  return WithFields([&] { return MergedList(models, std::nullopt); });
}

Merged MergedModels(const std::vector<DaemonAnswer>& models,
                    const std::string& name) {
  return WithFields([&] { return MergedOne(models, name); });
}

Merged MergedModel(const std::vector<DaemonAnswer>& answers,
                   const std::vector<DaemonAnswer>& models) {
  return WithFields([&]() -> Merged {
    std::vector<Said> said;
    Merged merged;
    if (!Read(answers, "results", &said, &merged.error)) return merged;
    const std::string name = said.front().json.at("model");
    const Merged list = MergedOne(models, name);
    if (!list.error.empty()) return list;
    if (!GiveOneSpelling(models, name, &said, &merged.error)) return merged;
    // One answer is the sum, with all its figures.
    if (answers.size() == 1) return {Dump(said.front().json), {}, ""};
    const Json known = Json::parse(list.text);
    if (known["models"].empty()) {
      return Failed("model \"" + name + "\" is not among the daemons' models");
    }
    return Sum(TraitsOf(known["models"][0], said), said);
  });
}

Merged MergedStatus(const std::vector<DaemonAnswer>& statuses,
                    const std::string& model) {
  return WithFields([&]() -> Merged {
    std::optional<Json> objectives;
    for (const DaemonAnswer& status : statuses) {
      const Json of =
          ObjectivesOf(Json::parse(status.text, nullptr, false), model);
      if (!objectives) objectives = of;
      if (*objectives == of) continue;
      return {"{}",
              {"objectives are not judged, as the daemons have different ones"},
              ""};
    }
    return {statuses.front().text, {}, ""};
  });
}

}  // namespace plumbline
