#include "daemon/http/server.h"

#include <civetweb.h>
#include <dlfcn.h>
#include <pthread.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <exception>
#include <new>
#include <thread>
#include <utility>

#include "daemon/http/sockets.h"
#include "daemon/http/tidied_recv.h"
#include "daemon/log/log.h"

// Debian builds civetweb with thread stacks of 100 KiB, a quarter of which is
// used before a handler runs. This definition comes before the library's.
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

constexpr auto kHeaderTimeout = std::chrono::milliseconds(10'000);

// Of the connection that this thread serves: when its next request could have
// begun to arrive.
thread_local Clock::time_point request_begin;

// The last thing civetweb complained about, for the message of a failed start.
thread_local std::string last_complaint;

const char* Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

// One write, so one packet where it fits.
void Write(mg_connection* connection, const HttpResponse& response, bool keep,
           bool with_body) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " +
                     Reason(response.status) + "\r\n";
  if (response.status != 204) {
    text.append("Content-Type: ").append(response.content_type);
    text +=
        "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  text += keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  if (with_body) text += response.body;
  mg_write(connection, text.data(), text.size());
}

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

// "127.0.0.1:9350" as civetweb wants it; empty if it cannot be.
std::string ListeningPort(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return "";
  const std::string host = address.substr(0, colon);
  std::string port = address.substr(colon + 1);
  if (port.empty() ||
      port.find_first_not_of("0123456789") != std::string::npos) {
    return "";
  }
  if (host.empty()) return port;
  return host == "localhost" ? "127.0.0.1:" + port : host + ":" + port;
}

// What civetweb found wrong before a handler could be asked.
Refusal RefusalFor(int status, std::string_view message) {
  if (message == "Malformed message" &&
      Clock::now() - request_begin >= kHeaderTimeout) {
    return {408, "too_slow", "the headers took too long"};
  }
  if (status == 411) {
    return {400, "invalid_body", "Content-Length is not a number"};
  }
  if (status == 404) return {404, "not_found", "no such path"};
  return {400, "invalid_body",
          "the request is not HTTP/1.1, or its headers are malformed or longer "
          "than 256 KiB"};
}

}  // namespace

struct ServerCallbacks {
  static HttpServer* Of(const mg_connection* connection) {
    return static_cast<HttpServer*>(
        mg_get_user_data(mg_get_context(connection)));
  }

  static int BeginRequest(mg_connection* connection) {
    return Of(connection)->Serve(connection);
  }

  static int HttpError(mg_connection* connection, int status,
                       const char* message) {
    mg_disable_connection_keep_alive(connection);
    try {
      const Refusal refusal = RefusalFor(status, message);
      Of(connection)->on_refused_(refusal);
      Write(connection, ErrorResponse(refusal), false, true);
    } catch (...) {
      // The connection is closed without an answer.
    }
    return 0;
  }

  static int InitConnection(const mg_connection* connection, void**) {
    request_begin = Clock::now();
    BeginTidying();
    ++Of(connection)->open_;
    return 0;
  }

  static void ConnectionClosed(const mg_connection* connection) {
    EndTidying();
    --Of(connection)->open_;
  }

  static int LogMessage(const mg_connection*, const char* message) {
    last_complaint = message;
    Log(LogLevel::kDebug, "civetweb", {{"message", message}});
    return 1;
  }
};

HttpServer::HttpServer(const Options& options, Handler handler)
    : connections_(options.connections),
      on_refused_(options.on_refused),
      handler_(std::move(handler)) {}

std::unique_ptr<HttpServer> HttpServer::Start(const Options& options,
                                              Handler handler,
                                              std::string* error) {
  std::string listening;
  for (const std::string& address : options.addresses) {
    const std::string port = ListeningPort(address);
    if (port.empty() || port.find('[') != std::string::npos) {
      *error = "cannot listen on \"" + address +
               "\": it must be an IPv4 address and a port such as "
               "127.0.0.1:9350, or :9350 for all addresses (IPv6 is not in "
               "this system's civetweb)";
      return nullptr;
    }
    if (!listening.empty()) listening += ',';
    listening += port;
  }
  const std::string threads = std::to_string(options.connections);
  const std::string timeout = std::to_string(kHeaderTimeout.count());
  const char* settings[] = {"listening_ports",
                            listening.c_str(),
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
                            "listen_backlog",
                            "1000",
                            "connection_queue",
                            "200",
                            "max_request_size",
                            "262144",
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
  mg_callbacks callbacks{};
  callbacks.begin_request = ServerCallbacks::BeginRequest;
  callbacks.http_error = ServerCallbacks::HttpError;
  callbacks.init_connection = ServerCallbacks::InitConnection;
  callbacks.connection_closed = ServerCallbacks::ConnectionClosed;
  callbacks.log_message = ServerCallbacks::LogMessage;

  mg_init_library(MG_FEATURES_DEFAULT);
  std::unique_ptr<HttpServer> server(
      new HttpServer(options, std::move(handler)));
  last_complaint.clear();
  server->context_ = mg_start(&callbacks, server.get(), settings);
  if (server->context_ == nullptr) {
    *error = "cannot listen on " + listening + ": " + last_complaint +
             "; is the address of this machine, and the port free?";
    return nullptr;
  }
  constexpr int kMostPorts = 32;
  mg_server_port ports[kMostPorts];
  const int count = mg_get_server_ports(server->context_, kMostPorts, ports);
  for (int i = 0; i < count; ++i) {
    server->ports_.push_back(static_cast<uint16_t>(ports[i].port));
  }
  return server;
}

HttpServer::~HttpServer() { Stop(std::chrono::milliseconds(0)); }

void HttpServer::Stop(std::chrono::milliseconds grace) {
  if (context_ == nullptr) return;
  stopping_.store(true);
  const auto shut = [this](bool listeners) {
    for (const uint16_t port : ports_) {
      VisitSockets(port, [listeners](int fd, bool listening) {
        if (listening || !listeners) shutdown(fd, SHUT_RD);
      });
    }
  };
  shut(true);
  const auto end = Clock::now() + grace;
  while (serving_.load() > 0 && Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  // What is written after mg_stop() has begun is lost, so it comes last; and
  // it waits for every idle connection, so these are woken.
  std::thread stop([this] { mg_stop(context_); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  shut(false);
  stop.join();
  context_ = nullptr;
}

// civetweb is C: nothing may be thrown through it.
int HttpServer::Serve(mg_connection* connection) {
  ++serving_;
  int status = 500;  // not 0: civetweb would answer
  try {
    status = Answer(connection);
  } catch (...) {
    mg_disable_connection_keep_alive(connection);
  }
  --serving_;
  request_begin = Clock::now();
  return status;
}

int HttpServer::Answer(mg_connection* connection) {
  HttpRequest request(connection, &watch_, &stopping_);
  HttpResponse response;
  bool refused = true;
  if (const auto wrong = request.CheckHeaders()) {
    response = ErrorResponse(*wrong);
    on_refused_(*wrong);
  } else {
    response = Handle(request);
    refused = response.close;
  }
  if (response.no_answer) {
    mg_disable_connection_keep_alive(connection);
    return response.status;
  }
  const bool keep = KeepsAlive(connection, request, response);
  Write(connection, response, keep, request.method() != "HEAD");
  if (refused) request.DrainBody();
  return response.status;
}

HttpResponse HttpServer::Handle(HttpRequest& request) {
  const auto refuse = [this](const Refusal& refusal) {
    on_refused_(refusal);
    return ErrorResponse(refusal);
  };
  try {
    return handler_(request);
  } catch (const std::bad_alloc&) {
    return refuse({503, "overloaded", "there is no memory for this request"});
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "a request could not be served",
        {{"path", std::string(request.path())}, {"error", error.what()}});
    return refuse({500, "internal", "this request could not be served"});
  }
}

bool HttpServer::KeepsAlive(mg_connection* connection,
                            const HttpRequest& request,
                            const HttpResponse& response) {
  const auto wanted = request.Header("Connection");
  const bool http_1_1 =
      std::string_view(mg_get_request_info(connection)->http_version) == "1.1";
  // civetweb goes by the first header that it finds, and knows no lists.
  const bool plain = wanted ? HasToken(*wanted, "keep-alive") &&
                                  !HasToken(*wanted, "close") &&
                                  !HasToken(*wanted, "upgrade")
                            : http_1_1;
  const bool keep = plain && !response.close && !stopping_.load() && !crowded();
  if (!keep) mg_disable_connection_keep_alive(connection);
  return keep;
}

// With a thread for each connection, those beyond the limit wait until one
// ends. Near the limit every answer ends one, so that all get their turn.
bool HttpServer::crowded() const { return open() * 10 > connections_ * 9; }

}  // namespace plumbline
