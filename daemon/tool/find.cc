#include <cstdio>
#include <string>

#include "daemon/tool/commands.h"
#include "daemon/tool/token.h"
#include "daemon/tool/web_api.h"
#include "exporters/api/page.h"

namespace plumbline {

int Find(const FindFlags& flags) {
  const auto token = ReadToken(flags.token_file);
  if (!token) return 2;
  WebApi api(flags.url, *token);
  const auto known =
      api.Get(ModelPath(flags.model) + "/ids/" + PercentEncode(flags.id));
  if (!known) return 1;
  const std::string text = flags.json ? *known : IdPage(*known);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace plumbline
