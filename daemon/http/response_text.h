// The bytes of a response before its body.

#pragma once

#include <string>

#include "daemon/http/message.h"

namespace plumbline {

// Status line and headers, including the empty line. `keep`: the connection
// stays open.
std::string HeadText(const HttpResponse& response, bool keep);

}  // namespace plumbline
