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

// Sends a piece of a body. False: the client takes no more.
using SendPiece = std::function<bool(std::string_view)>;

// A body that never lies in memory whole.
struct BodyInPieces {
  uint64_t size = 0;  // bytes in all
  // Sends all of it, or returns false: then the connection ends.
  std::function<bool(const SendPiece& send)> send;
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/json";  // a literal
  std::string body;
  BodyInPieces pieces;  // instead of it, where they can be sent
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;      // the connection, after the answer
  bool no_answer = false;  // close without one

  uint64_t body_size() const { return pieces.send ? pieces.size : body.size(); }
};

// {"error": {"code": ..., "message": ...}}; 5xx and 429 get a Retry-After.
HttpResponse ErrorResponse(int status, std::string_view code,
                           std::string_view message);

// What an OPTIONS of the server itself ("*") is answered.
HttpResponse OptionsResponse(const char* methods);

// Why a request is refused as a whole.
struct Refusal {
  int status;
  const char* code;
  std::string message;
  const char* shown = nullptr;  // instead of a message with what was sent
  bool close = true;            // what is left of the body is not read
};
HttpResponse ErrorResponse(const Refusal& refusal);
// Of a request that took too long while others waited.
Refusal GaveWay();
// Of one that comes while the daemon ends.
Refusal Stopping();

// The connection ends without an answer: nobody knows yet what came of it.
HttpResponse NoAnswer();

// Valid while its handler runs.
class HttpRequest {
 public:
  HttpRequest(mg_connection* connection, Connection* waits,
              const TrustedProxies* proxies, const std::atomic<bool>* stopping);

  std::string_view method() const;
  // Percent-encoded, as sent, without the query.
  std::string_view path() const;
  // The values of these query parameters, decoded, nullopt where one is not
  // there. Nothing at all if the query is malformed, has others, or one twice:
  // `error` says which.
  std::optional<std::vector<std::optional<std::string>>> Query(
      const std::vector<std::string_view>& names, std::string* error) const;
  // The first header of this name, without the white space around it.
  std::optional<std::string_view> Header(std::string_view name) const;
  size_t HeaderCount(std::string_view name) const;
  // Whom it is from: the peer of the connection, or where that is a trusted
  // proxy, whom it says.
  std::string_view client_address() const;

  // What makes the headers unacceptable, or nothing.
  std::optional<Refusal> CheckHeaders() const;

  enum class BodyStatus {
    kOk,
    kNoLength,
    kTooLarge,
    kTooSlow,
    kGaveWay,
    kBroken,
    kRefused,   // by `grow`
    kStopping,  // the server stops and will not wait longer
  };
  // Reads the whole body into *body. At most `most` bytes; `grow` is asked for
  // leave before memory for so many more is taken. Answers an expected 100.
  BodyStatus ReadBody(size_t most, const std::function<bool(size_t)>& grow,
                      std::string* body);
  // Throws away what is left of the body, within bounds, so that the client
  // gets to read the answer.
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
