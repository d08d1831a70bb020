// The tools' client of a daemon's web API.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/client/client.h"

namespace plumbline {

class WebApi {
 public:
  // `url`: of the listener, with or without a final slash. `token`: a bearer
  // token, or empty.
  WebApi(const std::string& url, const std::string& token);

  // The answer for this path; nullopt, after printing why.
  std::optional<std::string> Get(const std::string& path);
  // The same, but sets *missing to the message of a 404 instead of printing it;
  // otherwise *missing is empty.
  std::optional<std::string> Find(const std::string& path,
                                  std::string* missing);
  // True if it was deleted; else prints why not.
  bool Delete(const std::string& path);

  // Without user and password, for messages.
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
