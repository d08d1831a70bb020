#include <cstdio>
#include <string>

#include "daemon/tool/commands.h"
#include "daemon/tool/token.h"
#include "daemon/tool/web_api.h"

namespace plumbline {

int Delete(const DeleteFlags& flags) {
  const auto token = ReadToken(flags.token_file);
  if (!token) return 2;
  WebApi api(flags.url, *token);
  std::string path = ModelPath(flags.model);
  std::string what = "model \"" + flags.model + "\"";
  if (flags.version) {
    path += "?version=" + PercentEncode(*flags.version);
    what = "version \"" + *flags.version + "\" of " + what;
  }
  if (!api.Delete(path)) return 1;
  std::printf("deleted %s\n", what.c_str());
  return 0;
}

}  // namespace plumbline
