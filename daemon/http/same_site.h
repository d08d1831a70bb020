// Protection against cross-site requests.
//
// Any page can make a browser post a form or plain text to every host that the
// browser reaches. Browsers state the page's origin (Origin, RFC 6454, section
// 7). A page can also make its own host name resolve to this server (DNS
// rebinding): then the Host header holds a foreign name.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/http/message.h"

namespace plumbline {

// False for methods that only read.
bool ChangesSomething(std::string_view method);

// 403 for a request that changes something and whose Origin is neither its Host
// nor `external_url` (empty: not configured).
std::optional<HttpResponse> RefuseForeignOrigin(
    const HttpRequest& request, const std::string& external_url);

// 403 for a Host that is neither that of `external_url`, nor an address, nor
// localhost. Without `external_url` every Host is accepted.
std::optional<HttpResponse> RefuseUnknownHost(const HttpRequest& request,
                                              const std::string& external_url);

}  // namespace plumbline
