// Sends an answer to a client in pieces.

#pragma once

#include "daemon/http/connections.h"
#include "daemon/http/message.h"

struct mg_connection;

namespace plumbline {

// The Connection of a civetweb connection; null before it is known.
Connection* ConnectionOf(const mg_connection* connection);

// False if the client did not accept all of it.
bool WriteAnswer(mg_connection* connection, const HttpResponse& response,
                 bool keep, bool with_body);

}  // namespace plumbline
