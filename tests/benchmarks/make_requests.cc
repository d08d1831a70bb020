// Writes complete requests for wrk beforehand, so that the load generator only
// sends: each as its length, a line end, and its bytes.
//
// usage: make_requests labelled|joined EVENTS_PER_BODY BODIES > FILE

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/benchmarks/bodies.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string_view kind = argv[1];
  const auto events = static_cast<size_t>(std::atol(argv[2]));
  const auto bodies = static_cast<size_t>(std::atol(argv[3]));
  plumbline::BodyMaker maker(events);
  // Labels trail by a fifth of the bodies, so that a delayed connection cannot
  // make a label arrive before its prediction.
  const plumbline::Bodies made = kind == "joined"
                                     ? maker.Joined(bodies / 2, bodies / 5)
                                     : maker.Labelled(bodies);
  for (const std::string& body : made) {
    const std::string request =
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-ndjson\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    std::printf("%zu\n", request.size());
    std::fwrite(request.data(), 1, request.size(), stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
