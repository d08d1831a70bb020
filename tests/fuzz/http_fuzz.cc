// Bytes on a connection to a real server, with the handlers of both listeners.
// Each connection gets an answer or is closed.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "daemon/http/ingest_handler.h"
#include "daemon/http/request_tidier.h"
#include "daemon/http/server.h"
#include "daemon/http/web_handler.h"
#include "tests/fuzz/fuzz.h"

using namespace plumbline;  // NOLINT: a test

namespace {

class Listeners {
 public:
  Listeners() {
    Outcome outcome;
    Settings settings = Config().engine;
    settings.defaults.windows.resize(1);
    pipeline_.Commit(Command{settings}, clock_.NowMs(), &outcome);
    ingest_handler_.SetLimits(Config());
    std::string error;
    ingest_ = HttpServer::Start(
        {.addresses = {"127.0.0.1:0"}, .connections = 4},
        [this](HttpRequest& request) {
          return ingest_handler_.Handle(request);
        },
        &error);
    web_ = HttpServer::Start(
        {.addresses = {"127.0.0.1:0"}, .connections = 4},
        [this](HttpRequest& request) { return web_handler_.Handle(request); },
        &error);
    Expect(ingest_ != nullptr && web_ != nullptr, error.c_str());
  }

  // Sends all bytes, and reads until the connection is closed.
  void Send(bool to_ingest, std::string_view bytes) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((to_ingest ? ingest_ : web_)->ports().at(0));
    // Reset at close, so that ports do not run out.
    const linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    Expect(connect(fd, reinterpret_cast<const sockaddr*>(&address),
                   sizeof(address)) == 0,
           "a listener takes connections");
    send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    char answer[4096];
    while (recv(fd, answer, sizeof(answer), 0) > 0) {
    }
    close(fd);
  }

 private:
  static WebHandler::Daemon NoDaemon() {
    WebHandler::Daemon daemon;
    daemon.figures = [] {
      DaemonFigures figures;
      figures.ready = true;
      return figures;
    };
    daemon.status_json = [] { return std::string("{}"); };
    daemon.storage_refuses = [] { return std::string(); };
    daemon.reload = [] { return std::nullopt; };
    daemon.quit = [] {};
    daemon.scraped = [](double) {};
    daemon.history = [](uint32_t, int64_t, int64_t) { return Steps(); };
    daemon.find_id = [](const std::string&, const std::string&, KnownId*) {
      return FoundId::kNothing;
    };
    daemon.snapshot = [] { return std::string(); };
    return daemon;
  }

  Pipeline pipeline_{nullptr};
  Clock clock_;
  const IdHasher hasher_ = IdHasher::Random();
  std::string error_;
  const std::unique_ptr<Authenticator> authenticator_ =
      Authenticator::Load("", &error_);
  const std::atomic<Phase> phase_{Phase::kReady};
  IngestCounters counters_{"http"};
  Rejections rejections_{&pipeline_.state()};
  EventLog event_log_{[] { return int64_t{0}; }, [](int64_t, const auto&) {}};
  Ingestor ingestor_{{&pipeline_, &rejections_, &event_log_}};
  IngestHandler ingest_handler_{{&ingestor_, &clock_, &hasher_,
                                 authenticator_.get(), &phase_, &counters_,
                                 &rejections_}};
  WebHandler web_handler_{{.lifecycle = true,
                           .admin_api = true,
                           .external_url = "http://example.org/"},
                          &pipeline_,
                          &clock_,
                          authenticator_.get(),
                          &phase_,
                          NoDaemon()};
  std::unique_ptr<HttpServer> ingest_;
  std::unique_ptr<HttpServer> web_;
};

// Tidying does not depend on the pieces in which bytes arrive.
void ExpectTidiedAlike(std::string_view bytes, size_t piece) {
  std::string whole(bytes);
  whole.resize(RequestTidier().Tidy(whole.data(), whole.size()));
  RequestTidier tidier;
  std::string in_pieces;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    std::string part(bytes.substr(at, piece));
    part.resize(tidier.Tidy(part.data(), part.size()));
    in_pieces += part;
  }
  Expect(whole == in_pieces, "bytes are tidied alike in pieces");
  Expect(whole.size() <= bytes.size(), "tidying adds nothing");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Leaked: its threads would outlive their objects.
  static Listeners& listeners = *new Listeners;
  std::string_view input = InputOf(data, size);
  const uint8_t how = TakeByte(&input);
  ExpectTidiedAlike(input, 1 + how / 2 % 16);
  listeners.Send(how % 2 == 0, input);
  return 0;
}
