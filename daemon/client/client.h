// An HTTP client for the tools.

#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace plumbline {

struct ClientResponse {
  int status = 0;  // 0: no answer, and `body` says why
  std::string body;
  int retry_after_seconds = 0;
};

// Reuses its connection. Not thread-safe.
class HttpClient {
 public:
  // Sends `token` as a bearer token, unless it is empty.
  explicit HttpClient(std::string token = "");
  ~HttpClient();

  ClientResponse Get(const std::string& url);
  ClientResponse Delete(const std::string& url);
  ClientResponse Post(const std::string& url, const std::string& content_type,
                      std::string_view body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// `url` without user and password, for messages.
std::string ShownUrl(const std::string& url);

// `text` as one segment of a path.
std::string PercentEncode(std::string_view text);

}  // namespace plumbline
