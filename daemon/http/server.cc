#include "daemon/http/server.h"

#include <civetweb.h>
#include <dlfcn.h>
#include <pthread.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <new>
#include <thread>
#include <utility>

#include "daemon/http/listen.h"
#include "daemon/http/sockets.h"
#include "daemon/http/tidied_recv.h"
#include "daemon/http/write_answer.h"
#include "daemon/log/log.h"

// Debian builds civetweb with thread stacks of 100 KiB, and a quarter is used
// before a handler runs. This definition takes precedence over the library's.
extern "C" int pthread_attr_setstacksize(pthread_attr_t* attributes,
                                         size_t size) noexcept {
  constexpr size_t kLeastStack = 512 << 10;
  using Function = int (*)(pthread_attr_t*, size_t);
  static const auto next =
      reinterpret_cast<Function>(dlsym(RTLD_NEXT, "pthread_attr_setstacksize"));
  return next(attributes, std::max(size, kLeastStack));
}

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

// Each waiting connection takes a descriptor. Each of the two listeners may use
// a quarter of them.
size_t MostWaiting() {
  constexpr rlim_t kMost = 4096;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  return std::min(kMost, limit.rlim_cur / 4);
}

// civetweb's buffer for each connection: the head, and the start of the body
// that arrives with it.
constexpr size_t kRequestBytes = 32 << 10;

constexpr auto kHeaderTimeout = AcceptQueue::kHeadTimeout;
// Not reached: civetweb closes idle connections sooner.
constexpr Milliseconds kKeepAlive{60'000};

// After a failed TLS handshake civetweb does not name the connection that it
// closes.
thread_local bool closes_unknown = false;

// The last complaint of civetweb, for the message of a failed start.
thread_local std::string last_complaint;

bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item.size() == token.size() &&
        strncasecmp(item.data(), token.data(), token.size()) == 0) {
      return true;
    }
  }
  return false;
}

// The refusal of a request that civetweb rejects before the handler.
Refusal RefusalFor(int status, std::string_view message, Connection::Cut cut) {
  if (cut == Connection::Cut::kGaveWay) return GaveWay();
  if (message == "Malformed message" &&
      Clock::now() - RequestBegan() >= kHeaderTimeout) {
    return {408, "too_slow", "the headers took too long"};
  }
  if (message == "Malformed message" && RequestBytes() >= kRequestBytes) {
    return {431, "headers_too_large", "more than 16 KiB or 63 headers"};
  }
  if (status == 411) {
    return {400, "invalid_body", "Content-Length is not a number"};
  }
  if (status == 404) return {404, "not_found", "no such path"};
  return {400, "invalid_body",
          "the request is not HTTP/1.1, or its headers are malformed"};
}

}  // namespace

struct ServerCallbacks {
  static HttpServer* ServerOf(const mg_connection* connection) {
    return static_cast<HttpServer*>(
        mg_get_user_data(mg_get_context(connection)));
  }

  static int BeginRequest(mg_connection* connection) {
    Introduce(connection);
    return ServerOf(connection)->Serve(connection);
  }

  static int HttpError(mg_connection* connection, int status,
                       const char* message) {
    mg_disable_connection_keep_alive(connection);
    Introduce(connection);
    try {
      const Refusal refusal =
          RefusalFor(status, message, ConnectionOf(connection)->cut());
      ServerOf(connection)->NoteRefused(refusal);
      WriteAnswer(connection, ErrorResponse(refusal), false, true);
    } catch (...) {
      // The connection is closed without an answer.
    }
    return 0;
  }

  // The address is not known yet.
  static int InitConnection(const mg_connection*, void**) {
    BeginTidying();
    return 0;
  }

  // The descriptor is still open here.
  static void ConnectionClose(const mg_connection* connection) {
    Introduce(connection);
    EndTidying();
    Connection* its = ConnectionOf(connection);
    closes_unknown = its == nullptr;
    if (its != nullptr) ServerOf(connection)->connections_.Close(its);
  }

  // From here on ConnectionOf() knows the connection.
  static void Introduce(const mg_connection* connection) {
    if (ConnectionOf(connection) != nullptr) return;
    const mg_request_info* info = mg_get_request_info(connection);
    if (info == nullptr) return;
    Connection* found =
        ServerOf(connection)
            ->connections_.Find(ReadingFrom(), info->remote_addr,
                                static_cast<uint16_t>(info->remote_port));
    mg_set_user_connection_data(connection, found);
    if (found != nullptr) RequestBeganAt(found->accepted());
  }

  static void ConnectionClosed(const mg_connection* connection) {
    if (closes_unknown) ServerOf(connection)->connections_.CloseGone();
    ServerOf(connection)->queue_->ThreadFreed();
  }

  static int LogMessage(const mg_connection*, const char* message) {
    last_complaint = message;
    Log(LogLevel::kDebug, "civetweb", {{"message", message}});
    return 1;
  }
};

HttpServer::HttpServer(const Options& options, Handler handler)
    : threads_(options.connections),
      on_refused_(options.on_refused),
      handler_(std::move(handler)) {}

std::unique_ptr<HttpServer> HttpServer::Start(const Options& options,
                                              Handler handler,
                                              std::string* error) {
  const std::optional<TlsSettings> tls =
      options.tls ? TlsSettings::Of(*options.tls, error) : std::nullopt;
  if (options.tls && !tls) return nullptr;
  auto proxies = TrustedProxies::Parse(options.trusted_proxies, error);
  if (!proxies) return nullptr;
  auto listening = Listen(options.addresses, error);
  if (!listening) return nullptr;
  std::unique_ptr<HttpServer> server(
      new HttpServer(options, std::move(handler)));
  server->proxies_ = *std::move(proxies);
  server->ports_ = std::move(listening->ports);
  server->queue_ = std::make_unique<AcceptQueue>(
      AcceptQueue::Options{.listeners = std::move(listening->sockets),
                           .threads = options.connections,
                           .most_waiting = MostWaiting(),
                           .encrypted = tls.has_value(),
                           .on_refused = options.on_refused},
      &server->connections_);
  if (!server->StartThreads(tls, error)) return nullptr;
  return server;
}

// civetweb listens on a private port; then the queue's descriptor replaces that
// socket under the same number.
bool HttpServer::StartThreads(const std::optional<TlsSettings>& tls,
                              std::string* error) {
  const std::string threads = std::to_string(threads_);
  const std::string bytes = std::to_string(kRequestBytes);
  const std::string timeout = std::to_string(kHeaderTimeout.count());
  const char* settings[] = {"listening_ports",
                            tls ? "127.0.0.1:0s" : "127.0.0.1:0",
                            "num_threads",
                            threads.c_str(),
                            "request_timeout_ms",
                            timeout.c_str(),
                            "enable_keep_alive",
                            "yes",
                            "keep_alive_timeout_ms",
                            "30000",
                            "tcp_nodelay",
                            "1",
                            "connection_queue",
                            threads.c_str(),
                            "max_request_size",
                            bytes.c_str(),
                            "decode_url",
                            "no",
                            "enable_directory_listing",
                            "no",
                            "enable_auth_domain_check",
                            "no",
                            "access_control_allow_origin",
                            "",
                            "access_control_allow_methods",
                            "",
                            "access_control_allow_headers",
                            "",
                            nullptr};
  std::vector<const char*> all(std::begin(settings), std::end(settings) - 1);
  if (tls) {
    for (const std::string& text : tls->settings()) all.push_back(text.c_str());
  }
  all.push_back(nullptr);
  mg_callbacks callbacks{};
  callbacks.begin_request = ServerCallbacks::BeginRequest;
  callbacks.http_error = ServerCallbacks::HttpError;
  callbacks.init_connection = ServerCallbacks::InitConnection;
  callbacks.connection_close = ServerCallbacks::ConnectionClose;
  callbacks.connection_closed = ServerCallbacks::ConnectionClosed;
  callbacks.log_message = ServerCallbacks::LogMessage;

  mg_init_library(MG_FEATURES_DEFAULT);
  last_complaint.clear();
  context_ = mg_start(&callbacks, this, all.data());
  if (context_ == nullptr) {
    *error = "cannot start " + threads +
             " threads for connections: " + last_complaint +
             (tls ? " (do certificate and key belong together?)" : "");
    return false;
  }
  mg_server_port port{};
  mg_get_server_ports(context_, 1, &port);
  VisitSockets(static_cast<uint16_t>(port.port), [this](int fd, bool listens) {
    if (listens) hook_ = std::make_unique<AcceptHook>(fd, queue_.get());
  });
  return true;
}

HttpServer::~HttpServer() { Stop(std::chrono::milliseconds(0)); }

void HttpServer::Stop(std::chrono::milliseconds grace) {
  if (context_ == nullptr) return;
  stopping_.store(true);
  queue_->Stop();
  connections_.StopReading();
  const auto end = Clock::now() + grace;
  while (serving_.load() > 0 && Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  // mg_stop() comes last: answers written after it has begun are lost. It waits
  // for every idle connection, so these are woken.
  std::thread stop([this] { mg_stop(context_); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  connections_.StopReading();
  stop.join();
  hook_.reset();
  context_ = nullptr;
}

void HttpServer::NoteRefused(const Refusal& refusal) const {
  const std::chrono::duration<double> took = Clock::now() - RequestBegan();
  on_refused_(refusal, took.count());
}

// civetweb is C: no exception may pass through it.
int HttpServer::Serve(mg_connection* connection) {
  ++serving_;
  int status = 500;  // 0 would make civetweb answer
  ConnectionOf(connection)->End();
  try {
    status = Answer(connection);
  } catch (...) {
    mg_disable_connection_keep_alive(connection);
  }
  --serving_;
  ConnectionOf(connection)
      ->Begin(Connection::Wait::kRequest, Clock::now(), kKeepAlive);
  AwaitRequest();
  return status;
}

int HttpServer::Answer(mg_connection* connection) {
  HttpRequest request(connection, ConnectionOf(connection), &proxies_,
                      &stopping_);
  HttpResponse response;
  bool refused = true;
  if (const auto wrong = request.CheckHeaders()) {
    response = ErrorResponse(*wrong);
    NoteRefused(*wrong);
  } else {
    response = Handle(request);
    refused = response.close;
  }
  if (response.no_answer) {
    mg_disable_connection_keep_alive(connection);
    return response.status;
  }
  const bool keep = KeepsAlive(connection, request, response);
  if (!WriteAnswer(connection, response, keep, request.method() != "HEAD")) {
    mg_disable_connection_keep_alive(connection);
  }
  if (refused) request.DrainBody();
  return response.status;
}

HttpResponse HttpServer::Handle(HttpRequest& request) {
  const auto refuse = [this](const Refusal& refusal) {
    NoteRefused(refusal);
    return ErrorResponse(refusal);
  };
  try {
    return handler_(request);
  } catch (const std::bad_alloc&) {
    return refuse({503, "overloaded", "there is no memory for this request"});
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "a request could not be served",
        {{"path", std::string(request.path())}, {"error", error.what()}});
  } catch (...) {
    Log(LogLevel::kError, "a request could not be served",
        {{"path", std::string(request.path())}});
  }
  return refuse({500, "internal", "this request could not be served"});
}

bool HttpServer::KeepsAlive(mg_connection* connection,
                            const HttpRequest& request,
                            const HttpResponse& response) {
  const auto wanted = request.Header("Connection");
  const bool http_1_1 =
      std::string_view(mg_get_request_info(connection)->http_version) == "1.1";
  // civetweb reads only the first Connection header, and parses no lists.
  const bool plain = wanted ? HasToken(*wanted, "keep-alive") &&
                                  !HasToken(*wanted, "close") &&
                                  !HasToken(*wanted, "upgrade")
                            : http_1_1;
  const bool keep = plain && !response.close && !stopping_.load() &&
                    !crowded() &&
                    ConnectionOf(connection)->cut() == Connection::Cut::kNot;
  if (!keep) mg_disable_connection_keep_alive(connection);
  return keep;
}

// Connections beyond the limit of threads wait until one ends. Near the limit
// every answer closes its connection, so that all get their turn.
bool HttpServer::crowded() const {
  return queue_->crowded() || open() * 10 > threads_ * 9;
}

}  // namespace plumbline
