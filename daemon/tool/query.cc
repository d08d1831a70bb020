#include <algorithm>
#include <cstdio>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "daemon/tool/commands.h"
#include "daemon/tool/token.h"
#include "daemon/tool/web_api.h"
#include "exporters/api/merged.h"
#include "exporters/api/page.h"
#include "exporters/api/table.h"

namespace plumbline {
namespace {

int Print(const std::string& text) {
  if (text.empty()) return 0;
  std::fputs(text.c_str(), stdout);
  if (!text.ends_with('\n')) std::fputc('\n', stdout);
  return 0;
}

std::string PathOf(const QueryFlags& flags) {
  std::string path = ModelPath(*flags.model);
  char separator = '?';
  const auto add = [&](const char* name,
                       const std::optional<std::string>& value) {
    if (!value) return;
    path += separator + std::string(name) + "=" + PercentEncode(*value);
    separator = '&';
  };
  add("version", flags.version);
  add("window", flags.window);
  return path;
}

int QueryOne(const QueryFlags& flags, const std::string& token) {
  WebApi api(flags.urls.front(), token);
  if (!flags.model) {
    const auto models = api.Get("/api/v1/models");
    if (!models) return 1;
    return Print(flags.json ? *models : ModelsTable(*models));
  }
  const auto model = api.Get(PathOf(flags));
  if (!model) return 1;
  if (flags.json) return Print(*model);
  if (flags.all) return Print(ModelTable(*model));
  const auto models = api.Get("/api/v1/models");
  const auto status = api.Get("/api/v1/status");
  if (!models || !status) return 1;
  return Print(ModelPage(*model, *models, *status));
}

// The sum over daemons that share the events of a model, with its notes.
class SumOfDaemons {
 public:
  SumOfDaemons(const QueryFlags& flags, const std::string& token)
      : flags_(flags), token_(token) {}

  int Show() {
    if (!Connect()) return 1;
    for (WebApi& api : apis_) {
      if (!Ask(&api, "/api/v1/models", &models_)) return 1;
    }
    return flags_.model ? ShowModel() : ShowModels();
  }

 private:
  // Refuses equal URLs: their daemon would be counted twice.
  bool Connect() {
    for (const std::string& url : flags_.urls) {
      const std::string& added = apis_.emplace_back(url, token_).url();
      const auto same = std::count_if(
          apis_.begin(), apis_.end(),
          [&added](const WebApi& api) { return api.url() == added; });
      if (same == 1) continue;
      std::fprintf(stderr, "%s is given twice\n", added.c_str());
      return false;
    }
    return true;
  }

  static bool Ask(WebApi* api, const std::string& path,
                  std::vector<DaemonAnswer>* answers) {
    auto text = api->Get(path);
    if (text) answers->push_back({api->url(), std::move(*text)});
    return text.has_value();
  }

  // Asks each daemon that has the model. False if one fails, or none has it.
  bool AskForModel(std::vector<DaemonAnswer>* answers,
                   std::vector<DaemonAnswer>* statuses) {
    const bool is_page = !flags_.json && !flags_.all;
    std::string all_missing;
    for (WebApi& api : apis_) {
      std::string missing;
      auto text = api.Find(PathOf(flags_), &missing);
      all_missing += missing;
      if (text) {
        answers->push_back({api.url(), std::move(*text)});
        if (is_page && !Ask(&api, "/api/v1/status", statuses)) return false;
      } else if (missing.empty()) {
        return false;
      }
    }
    if (answers->empty()) std::fputs(all_missing.c_str(), stderr);
    return !answers->empty();
  }

  static bool Tell(const std::string& error) {
    if (!error.empty()) std::fprintf(stderr, "%s\n", error.c_str());
    return !error.empty();
  }

  static std::string Lines(const std::vector<std::string>& notes) {
    std::string lines;
    for (const std::string& note : notes) lines += note + "\n";
    return lines;
  }

  int ShowModels() const {
    const Merged list = MergedModels(models_);
    if (Tell(list.error)) return 1;
    Print(flags_.json ? list.text : ModelsTable(list.text));
    std::fflush(stdout);
    for (const std::string& model : list.apart) Tell(model);
    return list.apart.empty() ? 0 : 1;
  }

  int ShowModel() {
    std::vector<DaemonAnswer> answers;
    std::vector<DaemonAnswer> statuses;
    if (!AskForModel(&answers, &statuses)) return 1;
    const Merged model = MergedModel(answers, models_);
    if (Tell(model.error)) return 1;
    if (!flags_.json && !flags_.all) return ShowPage(model, statuses);
    const std::string notes = Lines(model.notes);
    if (!flags_.json) return Print(ModelTable(model.text) + notes);
    // Standard output holds nothing but JSON.
    std::fputs(notes.c_str(), stderr);
    return Print(model.text);
  }

  int ShowPage(const Merged& model,
               const std::vector<DaemonAnswer>& statuses) const {
    const Merged list = MergedModels(models_, *flags_.model);
    const Merged status = MergedStatus(statuses, *flags_.model);
    if (Tell(list.error) || Tell(status.error)) return 1;
    const std::string notes = Lines(status.notes) + Lines(model.notes);
    return Print(ModelPage(model.text, list.text, status.text) +
                 (notes.empty() ? "" : "\n" + notes));
  }

  const QueryFlags& flags_;
  const std::string token_;  // for all daemons
  std::deque<WebApi> apis_;  // a WebApi cannot be moved
  std::vector<DaemonAnswer> models_;
};

}  // namespace

int Query(const QueryFlags& flags) {
  const auto token = ReadToken(flags.token_file);
  if (!token) return 2;
  if (flags.urls.size() == 1) return QueryOne(flags, *token);
  return SumOfDaemons(flags, *token).Show();
}

}  // namespace plumbline
