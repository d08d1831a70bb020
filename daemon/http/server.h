// HttpServer: one listener, on civetweb.
//
// A connection gets a thread once the head of its request has arrived
// (accept_queue.h). A client that keeps its thread waiting is cut
// (connections.h). All features of civetweb besides the protocol (files, CGI,
// CORS, forms) are off: each request goes to the one handler.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/web_config.h"
#include "daemon/http/accept_hook.h"
#include "daemon/http/accept_queue.h"
#include "daemon/http/connections.h"
#include "daemon/http/message.h"
#include "daemon/http/tls.h"
#include "daemon/http/trusted_proxies.h"

struct mg_context;

namespace plumbline {

class HttpServer {
 public:
  using Handler = std::function<HttpResponse(HttpRequest&)>;

  struct Options {
    std::vector<std::string> addresses;  // "127.0.0.1:9350", ":9350"
    int64_t connections = 64;            // served at once
    std::optional<TlsConfig> tls = std::nullopt;
    std::vector<std::string> trusted_proxies = {};  // see TrustedProxies
    // Called for each request that is answered without the handler, or whose
    // handler threw, with its duration.
    std::function<void(const Refusal&, double seconds)> on_refused =
        [](const Refusal&, double) {};
  };

  // nullptr, with the remedy in *error, if it cannot listen. `handler` is
  // called on many threads at once. An exception of it is answered:
  // std::bad_alloc with 503, others with 500.
  static std::unique_ptr<HttpServer> Start(const Options& options,
                                           Handler handler, std::string* error);

  // Refuses new connections, waits up to `grace` for running requests, and ends
  // the threads.
  void Stop(std::chrono::milliseconds grace);
  ~HttpServer();

  const std::vector<uint16_t>& ports() const { return ports_; }
  // Connections being served now.
  int64_t open() const { return connections_.count(); }

 private:
  friend struct ServerCallbacks;

  HttpServer(const Options& options, Handler handler);

  bool StartThreads(const std::optional<TlsSettings>& tls, std::string* error);
  void NoteRefused(const Refusal& refusal) const;
  int Serve(mg_connection* connection);
  int Answer(mg_connection* connection);
  HttpResponse Handle(HttpRequest& request);
  // True if the connection is kept; else tells civetweb to close it.
  bool KeepsAlive(mg_connection* connection, const HttpRequest& request,
                  const HttpResponse& response);
  bool crowded() const;

  const int64_t threads_;
  const std::function<void(const Refusal&, double)> on_refused_;
  const Handler handler_;
  TrustedProxies proxies_;  // set once
  Connections connections_;
  std::unique_ptr<AcceptQueue> queue_;
  std::unique_ptr<AcceptHook> hook_;
  mg_context* context_ = nullptr;
  std::vector<uint16_t> ports_;
  std::atomic<bool> stopping_{false};
  std::atomic<int64_t> serving_{0};  // requests
};

}  // namespace plumbline
