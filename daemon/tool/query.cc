#include <cstdio>
#include <string>

#include "daemon/client/client.h"
#include "daemon/tool/commands.h"
#include "exporters/api/table.h"

namespace plumbline {

int Query(const QueryFlags& flags) {
  std::string url = flags.url;
  while (url.ends_with('/')) url.pop_back();
  url += "/api/v1/models/" + PercentEncode(flags.model);
  char separator = '?';
  const auto add = [&](const char* name,
                       const std::optional<std::string>& value) {
    if (!value) return;
    url += separator + std::string(name) + "=" + PercentEncode(*value);
    separator = '&';
  };
  add("version", flags.version);
  add("window", flags.window);

  HttpClient client;
  const ClientResponse response = client.Get(url);
  if (response.status != 200) {
    std::fprintf(stderr, "%s: %s\n", url.c_str(),
                 ErrorMessage(response.body).c_str());
    return 1;
  }
  const std::string text =
      flags.json ? response.body : ModelTable(response.body);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace plumbline
