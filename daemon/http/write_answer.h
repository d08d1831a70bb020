// How an answer goes to a client, in pieces.

#pragma once

#include "daemon/http/connections.h"
#include "daemon/http/message.h"

struct mg_connection;

namespace plumbline {

// What is known of a connection of civetweb's; null before it is introduced.
Connection* ConnectionOf(const mg_connection* connection);

// False if the client did not take all.
bool WriteAnswer(mg_connection* connection, const HttpResponse& response,
                 bool keep, bool with_body);

}  // namespace plumbline
