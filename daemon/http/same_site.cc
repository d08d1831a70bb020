#include "daemon/http/same_site.h"

#include <strings.h>

namespace plumbline {
namespace {

bool SameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// "host:port" of "https://host:port/path".
std::string_view HostOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find('/'));
}

std::string_view WithoutPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  const bool has_port =
      colon != std::string_view::npos &&
      host.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  return has_port ? host.substr(0, colon) : host;
}

// An address cannot be rebound.
bool IsAddress(std::string_view name) {
  return name.starts_with('[') ||
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

bool ChangesSomething(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

std::optional<HttpResponse> RefuseForeignOrigin(
    const HttpRequest& request, const std::string& external_url) {
  if (!ChangesSomething(request.method())) return std::nullopt;
  const auto origin = request.Header("Origin");
  if (!origin) return std::nullopt;
  const std::string_view from = HostOf(*origin);
  const std::string_view host = request.Header("Host").value_or("");
  const bool is_page = origin->find("://") != std::string_view::npos;
  if (is_page &&
      (SameName(from, host) ||
       (!external_url.empty() && SameName(from, HostOf(external_url))))) {
    return std::nullopt;
  }
  HttpResponse response = ErrorResponse(
      403, "forbidden",
      "a page of elsewhere (Origin) may not change anything here");
  response.close = true;  // what it sent is not read
  return response;
}

std::optional<HttpResponse> RefuseUnknownHost(const HttpRequest& request,
                                              const std::string& external_url) {
  if (external_url.empty()) return std::nullopt;
  const std::string_view host = request.Header("Host").value_or("");
  const std::string_view name = WithoutPort(host);
  if (host.empty() || IsAddress(name) || SameName(name, "localhost") ||
      SameName(name, WithoutPort(HostOf(external_url)))) {
    return std::nullopt;
  }
  HttpResponse response = ErrorResponse(
      403, "forbidden", "this Host is not that of --web.external-url");
  response.close = true;
  return response;
}

}  // namespace plumbline
