// The limit that civetweb alone reaches: a server that reads each body, parses
// its lines or not, and answers as briefly as Plumbline.
//
// usage: http_limit read|parse PORT

#include <civetweb.h>
#include <simdjson.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

bool parses = false;

// The number of lines of the body that are JSON.
int Parse(std::string* body) {
  thread_local simdjson::dom::parser parser;
  body->reserve(body->size() + simdjson::SIMDJSON_PADDING);
  int good = 0;
  for (std::string_view rest = *body; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    simdjson::dom::element element;
    good +=
        parser.parse(rest.data(), end, false).get(element) == simdjson::SUCCESS;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return good;
}

int Answer(mg_connection* connection, void*) {
  thread_local std::string body;
  const auto length = mg_get_request_info(connection)->content_length;
  body.resize(length > 0 ? static_cast<size_t>(length) : 0);
  for (size_t size = 0; size < body.size();) {
    const int n = mg_read(connection, body.data() + size, body.size() - size);
    if (n <= 0) return 500;
    size += static_cast<size_t>(n);
  }
  const std::string answer =
      "{\"accepted\": " + std::to_string(parses ? Parse(&body) : 1) +
      ", \"duplicates\": 0, \"rejected\": 0, \"errors\": []}\n";
  const std::string text =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(answer.size()) + "\r\nConnection: keep-alive\r\n\r\n" +
      answer;
  mg_write(connection, text.data(), text.size());
  return 200;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  parses = std::string_view(argv[1]) == "parse";
  const std::string address = "127.0.0.1:" + std::string(argv[2]);
  const char* settings[] = {"listening_ports",
                            address.c_str(),
                            "num_threads",
                            "600",
                            "enable_keep_alive",
                            "yes",
                            "keep_alive_timeout_ms",
                            "30000",
                            "tcp_nodelay",
                            "1",
                            "listen_backlog",
                            "1000",
                            nullptr};
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  mg_init_library(0);
  mg_callbacks callbacks{};
  mg_context* context = mg_start(&callbacks, nullptr, settings);
  if (context == nullptr) {
    std::fprintf(stderr, "cannot listen on %s\n", address.c_str());
    return 1;
  }
  mg_set_request_handler(context, "/v1/events", Answer, nullptr);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}
