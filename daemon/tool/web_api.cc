#include "daemon/tool/web_api.h"

#include <cstdio>
#include <utility>

#include "exporters/api/table.h"

namespace plumbline {

WebApi::WebApi(std::string url) : url_(std::move(url)) {
  while (url_.ends_with('/')) url_.pop_back();
}

std::optional<std::string> WebApi::Get(const std::string& path) {
  ClientResponse response = client_.Get(url_ + path);
  if (response.status == 200) return std::move(response.body);
  Tell(path, response);
  return std::nullopt;
}

bool WebApi::Delete(const std::string& path) {
  const ClientResponse response = client_.Delete(url_ + path);
  if (response.status == 204) return true;
  Tell(path, response);
  return false;
}

void WebApi::Tell(const std::string& path,
                  const ClientResponse& response) const {
  std::fprintf(stderr, "%s%s: %s\n", url_.c_str(), path.c_str(),
               ErrorMessage(response.body).c_str());
}

std::string ModelPath(std::string_view model) {
  return "/api/v1/models/" + PercentEncode(model);
}

}  // namespace plumbline
