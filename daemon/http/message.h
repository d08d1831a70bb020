// A request and a response, as handlers see them.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct mg_connection;
struct mg_request_info;

namespace plumbline {

class Connection;
class TrustedProxies;

// Sends a piece of a body. False if the client accepts no more.
using SendPiece = std::function<bool(std::string_view)>;

// A body that is never in memory as a whole.
struct BodyInPieces {
  uint64_t size = 0;  // bytes in all
  // Sends the whole body. False closes the connection.
  std::function<bool(const SendPiece& send)> send;
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/json";  // a literal
  std::string body;
  BodyInPieces pieces;  // replaces `body` if it has a `send`
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;      // closes the connection after the answer
  bool no_answer = false;  // closes it without an answer

  uint64_t body_size() const { return pieces.send ? pieces.size : body.size(); }
};

// {"error": {"code": ..., "message": ...}}, with Retry-After for 5xx and 429.
HttpResponse ErrorResponse(int status, std::string_view code,
                           std::string_view message);

// The answer to OPTIONS of the server itself ("*").
HttpResponse OptionsResponse(const char* methods);

// The reason for refusing a whole request.
struct Refusal {
  int status;
  const char* code;
  std::string message;
  const char* shown = nullptr;  // recorded if `message` quotes the request
  bool close = true;            // the rest of the body is not read
};
HttpResponse ErrorResponse(const Refusal& refusal);
// A slow request was cut because others waited.
Refusal GaveWay();
// The daemon is stopping.
Refusal Stopping();

// Closes the connection without an answer: the outcome is not known yet.
HttpResponse NoAnswer();

// Valid only while its handler runs.
class HttpRequest {
 public:
  HttpRequest(mg_connection* connection, Connection* waits,
              const TrustedProxies* proxies, const std::atomic<bool>* stopping);

  std::string_view method() const;
  // Percent-encoded, as sent, without the query.
  std::string_view path() const;
  // The decoded values of these query parameters, nullopt for an absent one.
  // Returns nullopt, with *error, if the query is malformed, has another
  // parameter, or has one twice.
  std::optional<std::vector<std::optional<std::string>>> Query(
      const std::vector<std::string_view>& names, std::string* error) const;
  // The first header of this name, without surrounding white space.
  std::optional<std::string_view> Header(std::string_view name) const;
  size_t HeaderCount(std::string_view name) const;
  // The address of the peer, or, if that is a trusted proxy, the one that it
  // reports.
  std::string_view client_address() const;

  // Why the headers are not acceptable; nullopt if they are.
  std::optional<Refusal> CheckHeaders() const;

  enum class BodyStatus {
    kOk,
    kNoLength,
    kTooLarge,
    kTooSlow,
    kGaveWay,
    kBroken,
    kRefused,   // by `grow`
    kStopping,  // the server stops, and waits no longer
  };
  // Reads the whole body into *body, at most `most` bytes. `grow(n)` permits or
  // refuses n more bytes of memory. Sends the 100 that the client expects.
  BodyStatus ReadBody(size_t most, const std::function<bool(size_t)>& grow,
                      std::string* body);
  // Discards the rest of the body, within bounds, so that the client gets to
  // read the answer.
  void DrainBody();

 private:
  bool chunked() const;
  BodyStatus ReadPieces(size_t length, const std::function<bool(size_t)>& grow,
                        std::string* body);

  mg_connection* const connection_;
  const mg_request_info* const info_;
  Connection* const waits_;
  const TrustedProxies* const proxies_;
  const std::atomic<bool>* const stopping_;
};

// "%2F" to "/"; nullopt if an escape is broken.
std::optional<std::string> PercentDecode(std::string_view text);

}  // namespace plumbline
