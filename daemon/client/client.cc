#include "daemon/client/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

namespace plumbline {
namespace {

size_t AppendBody(char* data, size_t size, size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

}  // namespace

struct HttpClient::Impl {
  CURL* curl = curl_easy_init();
  const std::string token;

  explicit Impl(std::string sent) : token(std::move(sent)) {}

  ~Impl() { curl_easy_cleanup(curl); }

  ClientResponse Perform(const std::string& url) {
    ClientResponse response;
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    if (!token.empty()) {
      curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
      curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, AppendBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response.body);
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
      response.body = curl_easy_strerror(code);
      return response;
    }
    long status = 0;  // NOLINT(google-runtime-int): curl writes one
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_off_t retry_after = 0;
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    response.status = static_cast<int>(status);
    response.retry_after_seconds = static_cast<int>(retry_after);
    return response;
  }
};

HttpClient::HttpClient(std::string token)
    : impl_(std::make_unique<Impl>(std::move(token))) {}
HttpClient::~HttpClient() = default;

ClientResponse HttpClient::Get(const std::string& url) {
  curl_easy_reset(impl_->curl);
  return impl_->Perform(url);
}

ClientResponse HttpClient::Delete(const std::string& url) {
  curl_easy_reset(impl_->curl);
  curl_easy_setopt(impl_->curl, CURLOPT_CUSTOMREQUEST, "DELETE");
  return impl_->Perform(url);
}

ClientResponse HttpClient::Post(const std::string& url,
                                const std::string& content_type,
                                std::string_view body) {
  curl_easy_reset(impl_->curl);
  curl_slist* headers =
      curl_slist_append(nullptr, ("Content-Type: " + content_type).c_str());
  headers = curl_slist_append(headers, "Expect:");  // do not wait for a 100
  curl_easy_setopt(impl_->curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(impl_->curl, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(impl_->curl, CURLOPT_POSTFIELDS, body.data());
  ClientResponse response = impl_->Perform(url);
  curl_slist_free_all(headers);
  return response;
}

std::string ShownUrl(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const size_t path = std::min(url.find('/', host), url.size());
  const size_t at = url.rfind('@', path);
  if (at == std::string::npos || at < host) return url;
  return url.substr(0, host) + url.substr(at + 1);
}

std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHex[byte >> 4];
    encoded += kHex[byte & 15];
  }
  return encoded;
}

}  // namespace plumbline
