// Posts joined batches at full speed: predictions with new ids, and their
// labels some batches later. Each connection sends its next request after the
// last answer. Prints the latencies of the answers as JSON.
//
// usage: steady_load PORT SECONDS CONNECTIONS

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/benchmarks/bodies.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kEvents = 1000;  // in a body
constexpr size_t kTrail = 1000;   // batches from prediction to label

// A body that gets new ids for each request.
class Template {
 public:
  explicit Template(std::string text) : text_(std::move(text)) {
    constexpr std::string_view kMark = "\"id\":\"";
    for (size_t at = text_.find(kMark); at != std::string::npos;
         at = text_.find(kMark, at + 1)) {
      ids_.push_back(at + kMark.size());
    }
    if (ids_.size() != kEvents) std::abort();
  }
  const std::string& Of(uint64_t batch) {
    for (size_t i = 0; i < kEvents; ++i) {
      const uint64_t n = batch * kEvents + i;
      WriteHex(n * 2654435761U & 0xffffffff, 8, &text_[ids_[i]]);
      WriteHex(n, 12, &text_[ids_[i] + 24]);
    }
    return text_;
  }

 private:
  static void WriteHex(uint64_t n, size_t digits, char* to) {
    for (size_t i = digits; i-- > 0; n >>= 4) {
      to[i] = "0123456789abcdef"[n & 15];
    }
  }

  std::string text_;
  std::vector<size_t> ids_;  // where they begin
};

int Connect(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  return fd;
}

bool SendAll(int fd, const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t n = send(fd, bytes.data() + sent, bytes.size() - sent, 0);
    if (n <= 0) return false;
    sent += static_cast<size_t>(n);
  }
  return true;
}

// True if the answer is 200 and all events are accepted.
bool Answered(int fd) {
  constexpr std::string_view kEndOfHead = "\r\n\r\n";
  constexpr std::string_view kLength = "Content-Length: ";
  std::string answer;
  size_t size = std::string::npos;
  while (answer.size() < size) {
    char some[4096];
    const ssize_t n = recv(fd, some, sizeof(some), 0);
    if (n <= 0) return false;
    answer.append(some, static_cast<size_t>(n));
    const size_t head = answer.find(kEndOfHead);
    const size_t length = answer.find(kLength);
    if (head == std::string::npos) continue;
    if (length > head) return false;
    size = head + kEndOfHead.size() +
           std::stoul(answer.substr(length + kLength.size()));
  }
  return answer.find(" 200 ") != std::string::npos &&
         answer.find("\"accepted\": 1000,") != std::string::npos;
}

struct Load {
  uint16_t port;
  Clock::time_point end;
  std::atomic<uint64_t> next{0};  // request
  std::atomic<uint64_t> errors{0};
};

// Runs one connection; returns latencies in milliseconds.
std::vector<double> Send(Load* load) {
  plumbline::BodyMaker maker(kEvents);
  const plumbline::Bodies bodies = maker.Joined(1, 1);
  Template predictions(bodies[0]);
  Template labels(bodies[1]);
  const int fd = Connect(load->port);
  std::vector<double> latencies;
  while (Clock::now() < load->end) {
    const uint64_t n = load->next.fetch_add(1);
    // First kTrail batches of predictions, then labels and predictions in turn.
    const uint64_t batch = n < kTrail ? n : (kTrail + n) / 2;
    const bool predicts = n < kTrail || n % 2 == 0;
    const std::string& body =
        predicts ? predictions.Of(batch) : labels.Of(batch - kTrail);
    const std::string head =
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-ndjson\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n";
    const Clock::time_point begin = Clock::now();
    if (!SendAll(fd, head + body) || !Answered(fd)) {
      load->errors.fetch_add(1);
      break;
    }
    latencies.push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - begin)
            .count());
  }
  close(fd);
  return latencies;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto connections = static_cast<size_t>(std::atoi(argv[3]));
  const auto begin = Clock::now();
  Load load{static_cast<uint16_t>(std::atoi(argv[1])),
            begin + std::chrono::seconds(std::atoi(argv[2]))};
  std::vector<std::vector<double>> of_each(connections);
  std::vector<std::thread> threads;
  for (auto& latencies : of_each) {
    threads.emplace_back([&] { latencies = Send(&load); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds =
      std::chrono::duration<double>(Clock::now() - begin).count();
  std::vector<double> all;
  for (const auto& some : of_each)
    all.insert(all.end(), some.begin(), some.end());
  if (all.empty()) return 1;
  std::sort(all.begin(), all.end());
  const auto quantile = [&all](double q) {
    return all[static_cast<size_t>(q * static_cast<double>(all.size() - 1))];
  };
  std::printf(
      R"({"requests": %zu, "errors": %lu, "per_second": %.0f, "p50": %.3f, )"
      R"("p99": %.3f, "p99.9": %.3f, "max": %.3f})"
      "\n",
      all.size(), static_cast<unsigned long>(load.errors.load()),
      static_cast<double>(all.size()) * kEvents / seconds, quantile(0.5),
      quantile(0.99), quantile(0.999), all.back());
  return 0;
}
