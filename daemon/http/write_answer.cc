#include "daemon/http/write_answer.h"

#include <civetweb.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/http/response_text.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kPiece = 64 << 10;

// False if the client did not accept all of it.
bool Send(mg_connection* connection, std::string_view text) {
  while (!text.empty()) {
    const size_t piece = std::min(text.size(), kPiece);
    // A shorter write means that the connection ended.
    if (mg_write(connection, text.data(), piece) != static_cast<int>(piece)) {
      return false;
    }
    ConnectionOf(connection)->Moved(piece, Clock::now());
    text.remove_prefix(piece);
  }
  return true;
}

// Sends a short answer in one write, so in one packet if it fits. False if the
// client did not accept all of it.
bool WriteAll(mg_connection* connection, const HttpResponse& response,
              std::string text, bool with_body) {
  if (with_body && response.pieces.send) {
    return response.pieces.send([connection, &text](std::string_view piece) {
      if (text.empty()) return Send(connection, piece);
      return Send(connection, std::exchange(text, {}).append(piece));
    });
  }
  const std::string_view body = with_body ? response.body : std::string_view();
  if (body.size() <= kPiece) return Send(connection, text.append(body));
  return Send(connection, text) && Send(connection, body);
}

}  // namespace

Connection* ConnectionOf(const mg_connection* connection) {
  return static_cast<Connection*>(mg_get_user_connection_data(connection));
}

bool WriteAnswer(mg_connection* connection, const HttpResponse& response,
                 bool keep, bool with_body) {
  ConnectionOf(connection)
      ->Begin(Connection::Wait::kReader, Clock::now(),
              Connection::Allowed(response.body_size()));
  const bool all =
      WriteAll(connection, response, HeadText(response, keep), with_body);
  ConnectionOf(connection)->End();
  return all;
}

}  // namespace plumbline
