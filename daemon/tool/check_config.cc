#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "config/loader.h"
#include "daemon/tool/commands.h"
#include "daemon/tool/token.h"
#include "daemon/tool/web_api.h"
#include "exporters/api/conflicts.h"

namespace plumbline {
namespace {

// False if the daemon does not answer, or has models with another task than the
// file says. Other conflicts are only printed: the daemon has them with any
// file.
bool CheckAgainst(const CheckConfigFlags& flags, const Config& config) {
  const auto token = ReadToken(flags.token_file);
  if (!token) return false;
  WebApi api(flags.url, *token);
  const auto models = api.Get("/api/v1/models");
  const auto status = api.Get("/api/v1/status");
  if (!models || !status) return false;
  for (const auto& conflict : PositiveClassConflicts(*status, config.engine)) {
    std::printf("%s: %s\n", api.url().c_str(), conflict.c_str());
  }
  const auto conflicts = TaskConflicts(*models, config.engine, api.url());
  for (const std::string& conflict : conflicts) {
    std::fprintf(stderr, "%s: %s\n", api.url().c_str(), conflict.c_str());
  }
  return conflicts.empty();
}

}  // namespace

int CheckConfig(const CheckConfigFlags& flags) {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfigFile(flags.file, &problems);
  if (!config) {
    std::fprintf(stderr, "%s\n", Describe(flags.file, problems).c_str());
    return 1;
  }
  for (const ConfigNote& note : config->notes) {
    std::printf(
        "%s\n",
        Describe(flags.file, {note.line, note.path, note.message}).c_str());
  }
  if (!flags.url.empty() && !CheckAgainst(flags, *config)) return 1;
  std::printf("%s: good\n", flags.file.c_str());
  return 0;
}

}  // namespace plumbline
