// Requests that a browser makes for a page of elsewhere.
//
// A page that somebody looks at can have the browser post to whatever the
// browser reaches, as a form or as plain text, without asking. Browsers say
// where such a request is from (Origin, RFC 6454, section 7). And the name of a
// page's own host can be made to lead here (DNS rebinding): then the Host is a
// name that is not ours.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/http/message.h"

namespace plumbline {

// Other methods read.
bool ChangesSomething(std::string_view method);

// 403 for a request that changes something and has an Origin other than its
// Host and `external_url` (empty: there is none).
std::optional<HttpResponse> RefuseForeignOrigin(
    const HttpRequest& request, const std::string& external_url);

// 403 for a Host that is neither that of `external_url`, nor an address, nor
// localhost. Without `external_url` every Host is taken.
std::optional<HttpResponse> RefuseUnknownHost(const HttpRequest& request,
                                              const std::string& external_url);

}  // namespace plumbline
