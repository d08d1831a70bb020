#include <cstdio>
#include <string>

#include "daemon/tool/commands.h"
#include "daemon/tool/web_api.h"
#include "exporters/api/page.h"
#include "exporters/api/table.h"

namespace plumbline {
namespace {

int Print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
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

}  // namespace

int Query(const QueryFlags& flags) {
  WebApi api(flags.url);
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

}  // namespace plumbline
