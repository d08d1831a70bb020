#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "daemon/client/client.h"
#include "daemon/decode/timestamp_field.h"
#include "daemon/gzip/gzip.h"
#include "daemon/tool/commands.h"
#include "exporters/api/table.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLargestBatch = 1000;    // events
constexpr size_t kLargestBody = 1 << 20;  // bytes, but for one long line
constexpr int kBatchesPerSecond = 10;
constexpr int kTriesWithoutAnswer = 30;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// One file: its next line, and that line's timestamp.
struct Source {
  std::string path;
  std::unique_ptr<LineReader> reader;
  std::string line;
  int64_t time_us = 0;
  bool done = false;
};

// Lines of all files in the order of their timestamps. Each file is taken to
// be in order; a line without a timestamp follows the one before it.
class Merge {
 public:
  bool Open(const std::vector<std::string>& files) {
    for (const std::string& path : files) {
      Source& source = sources_.emplace_back();
      source.path = path;
      source.reader = LineReader::Open(path);
      if (source.reader == nullptr) {
        std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
        return false;
      }
      Advance(&source);
    }
    return true;
  }

  bool Next(std::string* line) {
    Source* first = nullptr;
    for (Source& source : sources_) {
      if (source.done) continue;
      if (first == nullptr || source.time_us < first->time_us) first = &source;
    }
    if (first == nullptr) return false;
    line->swap(first->line);
    Advance(first);
    return true;
  }

  bool ok() const {
    return std::all_of(sources_.begin(), sources_.end(),
                       [](const Source& s) { return s.reader->ok(); });
  }
  // From 0 to 1.
  double progress() const {
    double sum = 0;
    for (const Source& source : sources_) sum += source.reader->progress();
    return sum / static_cast<double>(sources_.size());
  }

 private:
  void Advance(Source* source) {
    do {
      if (!source->reader->Next(&source->line)) {
        source->done = true;
        if (!source->reader->ok()) {
          std::fprintf(stderr, "%s: is damaged\n", source->path.c_str());
        }
        return;
      }
    } while (source->line.find_first_not_of(" \t\r") == std::string::npos);
    if (const auto time = timestamps_.Read(source->line)) {
      source->time_us = *time;
    }
  }

  std::vector<Source> sources_;
  TimestampField timestamps_;
};

class Poster {
 public:
  explicit Poster(std::string url) : url_(std::move(url)) {
    while (url_.ends_with('/')) url_.pop_back();
    if (!url_.ends_with("/v1/events")) url_ += "/v1/events";
  }

  // Posts until it is answered for good. False if there is no hope.
  bool Post(const std::string& body) {
    for (int silent = 0;;) {
      const ClientResponse response =
          client_.Post(url_, "application/x-ndjson", body);
      if (response.status == 200 ||
          (response.status == 400 && !ParseCounts(response.body).empty)) {
        const Counts counts = ParseCounts(response.body);
        accepted_ += counts.accepted;
        duplicates_ += counts.duplicates;
        rejected_ += counts.rejected;
        if (counts.rejected > 0 && !complained_) {
          complained_ = true;
          std::fprintf(stderr, "\nrejected: %s\n", response.body.c_str());
        }
        return true;
      }
      const bool temporary = response.status == 429 || response.status == 503;
      if (!temporary && response.status != 0) {
        std::fprintf(stderr, "\n%s: %d: %s\n", url_.c_str(), response.status,
                     ErrorMessage(response.body).c_str());
        return false;
      }
      if (!temporary && ++silent == kTriesWithoutAnswer) {
        std::fprintf(stderr, "\n%s: %s\n", url_.c_str(), response.body.c_str());
        return false;
      }
      std::this_thread::sleep_for(
          std::chrono::seconds(std::max(response.retry_after_seconds, 1)));
    }
  }

  uint64_t accepted() const { return accepted_; }
  uint64_t duplicates() const { return duplicates_; }
  uint64_t rejected() const { return rejected_; }

 private:
  struct Counts {
    uint64_t accepted = 0;
    uint64_t duplicates = 0;
    uint64_t rejected = 0;
    bool empty = true;  // it is no answer to events
  };

  static Counts ParseCounts(const std::string& json) {
    const auto count = [&json](const char* name) -> uint64_t {
      const size_t at = json.find(std::string("\"") + name + "\": ");
      return at == std::string::npos
                 ? 0
                 : std::strtoull(json.c_str() + json.find(": ", at) + 2,
                                 nullptr, 10);
    };
    return {count("accepted"), count("duplicates"), count("rejected"),
            json.find("\"accepted\"") == std::string::npos};
  }

  std::string url_;
  HttpClient client_;
  bool complained_ = false;
  uint64_t accepted_ = 0;
  uint64_t duplicates_ = 0;
  uint64_t rejected_ = 0;
};

void ShowProgress(double progress, uint64_t sent, double seconds) {
  constexpr int kWidth = 30;
  const int filled = static_cast<int>(progress * kWidth);
  std::string bar(static_cast<size_t>(filled), '#');
  bar.resize(kWidth, '.');
  std::fprintf(stderr, "\r[%s] %3.0f%%  %llu events, %.0f/s ", bar.c_str(),
               progress * 100, static_cast<unsigned long long>(sent),
               seconds > 0 ? static_cast<double>(sent) / seconds : 0);
}

}  // namespace

int Replay(const ReplayFlags& flags) {
  Merge merge;
  if (!merge.Open(flags.files)) return 2;
  Poster poster(flags.url);
  TimestampField timestamps;
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const size_t batch =
      flags.events_per_second == 0
          ? kLargestBatch
          : std::clamp<size_t>(static_cast<size_t>(flags.events_per_second /
                                                   kBatchesPerSecond),
                               1, kLargestBatch);
  const auto begin = Clock::now();
  uint64_t sent = 0;
  for (bool more = true; more;) {
    std::string body;
    std::string line;
    size_t lines = 0;
    while (lines < batch && body.size() < kLargestBody &&
           (more = merge.Next(&line))) {
      if (flags.rebase) timestamps.Replace(NowMs(), &line);
      body += line;
      body += '\n';
      ++lines;
    }
    if (lines > 0 && !poster.Post(body)) return 2;
    sent += lines;
    const std::chrono::duration<double> elapsed = Clock::now() - begin;
    if (terminal) ShowProgress(merge.progress(), sent, elapsed.count());
    if (flags.events_per_second > 0) {
      std::this_thread::sleep_until(
          begin + std::chrono::duration_cast<Clock::duration>(
                      std::chrono::duration<double>(
                          static_cast<double>(sent) /
                          static_cast<double>(flags.events_per_second))));
    }
  }
  if (terminal) std::fputc('\n', stderr);
  std::printf("accepted %llu, duplicates %llu, rejected %llu\n",
              static_cast<unsigned long long>(poster.accepted()),
              static_cast<unsigned long long>(poster.duplicates()),
              static_cast<unsigned long long>(poster.rejected()));
  if (!merge.ok()) return 2;
  return poster.rejected() > 0 ? 1 : 0;
}

}  // namespace plumbline
