// The API of a daemon's web listener, as the tools ask it.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/client/client.h"

namespace plumbline {

class WebApi {
 public:
  // `url`: of the listener, with or without a slash at its end.
  // `token`: a bearer token; empty: none.
  WebApi(const std::string& url, const std::string& token);

  // The answer of this path, or nothing, and why is told.
  std::optional<std::string> Get(const std::string& path);
  // The same, but that the daemon does not have it (404) is not told: it is in
  // `missing`, which is empty otherwise.
  std::optional<std::string> Find(const std::string& path,
                                  std::string* missing);
  // True if it was deleted; else why not is told.
  bool Delete(const std::string& path);

  // For messages: without a password.
  const std::string& url() const { return shown_url_; }

 private:
  std::string Told(const std::string& path,
                   const ClientResponse& response) const;
  void Tell(const std::string& path, const ClientResponse& response) const;

  std::string url_;
  std::string shown_url_;
  HttpClient client_;
};

// The path of a model.
std::string ModelPath(std::string_view model);

}  // namespace plumbline
