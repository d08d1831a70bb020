#include "daemon/tool/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace plumbline {
namespace {

constexpr auto kQuiet = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(100);
constexpr int kWidth = 30;

std::string Bar(double done) {
  const auto filled = static_cast<size_t>(done * kWidth);
  std::string bar(filled, '#');
  bar.resize(kWidth, '.');
  char percent[16];
  std::snprintf(percent, sizeof(percent), "] %3.0f%%, ", done * 100);
  return "[" + bar + percent;
}

}  // namespace

Progress::Progress(std::string doing, std::string things)
    : doing_(std::move(doing)),
      things_(std::move(things)),
      terminal_(isatty(STDERR_FILENO) != 0),
      begin_(Clock::now()),
      next_(begin_ + kQuiet) {}

void Progress::Show(double done, uint64_t count) {
  if (!terminal_) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + kPause;
  drawn_ = true;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  std::string line = doing_ + " ";
  if (done >= 0) line += Bar(std::min(done, 1.0));
  line += std::to_string(count) + " " + things_ + ", " +
          std::to_string(
              static_cast<int64_t>(static_cast<double>(count) / seconds)) +
          "/s";
  constexpr double kTelling = 0.01;
  if (done > kTelling && done < 1) {
    const double left = seconds * (1 - done) / done;
    line += ", " + std::to_string(static_cast<int64_t>(left) + 1) + " s left";
  }
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
}

void Progress::Clear() {
  if (!drawn_) return;
  drawn_ = false;
  std::fputs("\r\033[K", stderr);
}

}  // namespace plumbline
