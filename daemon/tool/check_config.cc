#include <cstdio>
#include <vector>

#include "config/loader.h"
#include "daemon/tool/commands.h"

namespace plumbline {

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
  std::printf("%s: good\n", flags.file.c_str());
  return 0;
}

}  // namespace plumbline
