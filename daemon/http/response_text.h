// The bytes of a response in front of its body.

#pragma once

#include <string>

#include "daemon/http/message.h"

namespace plumbline {

// Status line and headers, to the empty line; `keep` the connection or not.
std::string HeadText(const HttpResponse& response, bool keep);

}  // namespace plumbline
