#include "daemon/tool/web_api.h"

#include <cstdio>
#include <utility>

#include "exporters/api/table.h"

namespace plumbline {

WebApi::WebApi(const std::string& url, const std::string& token)
    : url_(url), client_(token) {
  while (url_.ends_with('/')) url_.pop_back();
  shown_url_ = ShownUrl(url_);
}

std::optional<std::string> WebApi::Get(const std::string& path) {
  ClientResponse response = client_.Get(url_ + path);
  if (response.status == 200) return std::move(response.body);
  Tell(path, response);
  return std::nullopt;
}

std::optional<std::string> WebApi::Find(const std::string& path,
                                        std::string* missing) {
  missing->clear();
  ClientResponse response = client_.Get(url_ + path);
  if (response.status == 200) return std::move(response.body);
  if (response.status == 404) {
    *missing = Told(path, response);
  } else {
    Tell(path, response);
  }
  return std::nullopt;
}

bool WebApi::Delete(const std::string& path) {
  const ClientResponse response = client_.Delete(url_ + path);
  if (response.status == 204) return true;
  Tell(path, response);
  return false;
}

std::string WebApi::Told(const std::string& path,
                         const ClientResponse& response) const {
  return shown_url_ + path + ": " + ErrorMessage(response.body) + "\n";
}

void WebApi::Tell(const std::string& path,
                  const ClientResponse& response) const {
  std::fputs(Told(path, response).c_str(), stderr);
}

std::string ModelPath(std::string_view model) {
  return "/api/v1/models/" + PercentEncode(model);
}

}  // namespace plumbline
