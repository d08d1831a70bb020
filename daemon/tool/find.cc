#include <cstdio>
#include <string>

#include "daemon/tool/commands.h"
#include "daemon/tool/web_api.h"
#include "exporters/api/page.h"

namespace plumbline {

int Find(const FindFlags& flags) {
  WebApi api(flags.url);
  const auto known =
      api.Get(ModelPath(flags.model) + "/ids/" + PercentEncode(flags.id));
  if (!known) return 1;
  const std::string text = flags.json ? *known : IdPage(*known);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace plumbline
