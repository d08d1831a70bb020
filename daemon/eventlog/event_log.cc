#include "daemon/eventlog/event_log.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

#include "daemon/log/log.h"

namespace plumbline {
namespace {

constexpr size_t kQueueBytes = size_t{64} << 20;
constexpr size_t kNoteBytes = size_t{128} << 20;  // of all requests in progress
constexpr size_t kLeastNote = size_t{64} << 10;
constexpr size_t kMostNote = kNoteBytes / 4;
constexpr size_t kMostOfEvent = size_t{256} << 10;
constexpr auto kFlushEvery = std::chrono::seconds(1);
constexpr int64_t kMinuteMs = 60'000;

uint64_t SumOf(const LogCounts& counts) {
  uint64_t sum = 0;
  for (const uint64_t n : counts) sum += n;
  return sum;
}

// Pseudo-random (the finalizer of MurmurHash3).
uint64_t Mixed(uint64_t n) {
  n = (n ^ n >> 33) * 0xff51afd7ed558ccd;
  n = (n ^ n >> 33) * 0xc4ceb9fe1a85ec53;
  return n ^ n >> 33;
}

}  // namespace

EventLog::EventLog(std::function<int64_t()> now_ms, FiguresWriter figures)
    : now_ms_(std::move(now_ms)), figures_(std::move(figures)) {
  thread_ = std::thread([this] { Run(); });
}

EventLog::~EventLog() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::string EventLog::Check(const std::optional<EventLogSettings>& settings) {
  return settings ? LogDirectory::Make(settings->path) : "";
}

void EventLog::Configure(const std::optional<EventLogSettings>& settings) {
  const std::lock_guard lock(mutex_);
  const bool same = settings.has_value() == (wanted_ != nullptr) &&
                    (!settings || *settings == wanted_->settings);
  if (same) return;
  wanted_ = settings ? std::make_shared<const Wanted>(*settings) : nullptr;
  on_.store(settings && (settings->predictions || settings->labels ||
                         settings->observations),
            std::memory_order_relaxed);
  changed_.notify_all();
}

// Samples by id, so that both halves of a pair are kept or left out together.
bool EventLog::Samples(const Event& event, double share) {
  if (share >= 1) return true;
  const uint64_t number =
      event.has_id ? event.id_hi : Mixed(without_id_.fetch_add(1) + 1);
  return static_cast<double>(number >> 11) * 0x1p-53 < share;
}

bool EventLog::TakesValues(size_t bytes) const {
  return on_.load(std::memory_order_relaxed) &&
         queued_bytes_.load(std::memory_order_relaxed) + bytes <= kQueueBytes;
}

std::unique_ptr<EventLog::Note> EventLog::Begin(const EventBatch& batch,
                                                const SentValues& sent) {
  if (!on_.load(std::memory_order_relaxed)) return nullptr;
  const auto held = wanted();
  if (held == nullptr) return nullptr;
  auto note = std::make_unique<Note>(this);
  BatchReport& report = note->report;
  report.most_bytes = std::min(
      kLeastNote + batch.events.size() * event_bytes_.load(), kMostNote);
  const size_t noted = noted_bytes_ += report.most_bytes;
  report.counts_only =
      noted > kNoteBytes || sent.events() != batch.events.size();
  if (held->settings.sample < 1) {
    for (const Event& event : batch.events) {
      report.left_out.push_back(!Samples(event, held->settings.sample));
    }
  }
  return note;
}

void EventLog::Add(const SentValues& sent, std::unique_ptr<Note> note) {
  const auto held = wanted();
  if (held == nullptr) return;
  const EventLogSettings& settings = held->settings;
  BatchReport& report = note->report;
  const uint64_t all = (settings.predictions ? report.prediction_count : 0) +
                       (settings.labels ? report.label_count : 0) +
                       (settings.observations ? report.pair_count : 0);
  if (report.counts_only) {
    queue_full_ += all;
    return;
  }
  if (report.lost_pairs > 0) {
    if (settings.observations) queue_full_ += report.lost_pairs;
    if (report.most_bytes < kMostNote) {
      event_bytes_.store(std::min(2 * event_bytes_.load(), kMostOfEvent));
    }
  }
  try {
    Enqueue(sent, held, &report);
  } catch (const std::bad_alloc&) {
    queue_full_ += all;  // the request is applied even if the log fails
  }
}

void EventLog::Enqueue(const SentValues& sent,
                       const std::shared_ptr<const Wanted>& of,
                       BatchReport* report) {
  const EventLogSettings& settings = of->settings;
  LoggedRequest request;
  request.now_ms = report->now_ms;
  auto pair = report->pairs.begin();
  for (uint32_t i = 0; i < report->taken.size(); ++i) {
    BatchReport::Taken taken = report->taken[i];
    taken.prediction = taken.prediction && settings.predictions;
    taken.label = taken.label && settings.labels;
    bool has_pairs = false;
    for (; pair != report->pairs.end() && pair->event == i; ++pair) {
      has_pairs = settings.observations;
    }
    if (taken.prediction || taken.label || has_pairs) {
      request.events.push_back({i, taken});
    }
  }
  if (request.events.empty()) return;
  if (settings.observations) {
    request.pairs = std::move(report->pairs);
    request.pair_bytes = report->bytes;
  }
  request.sent = sent;
  const size_t bytes = request.bytes();
  {
    const std::lock_guard lock(mutex_);
    if (queued_bytes_ + bytes <= kQueueBytes) {
      queue_.push_back({of, std::move(request)});
      queued_bytes_ += bytes;
      if (queue_.size() == 1) changed_.notify_one();
      return;
    }
  }
  queue_full_ += SumOf(request.Records());
}

EventLogFigures EventLog::Figures() const {
  EventLogFigures figures;
  {
    const std::lock_guard lock(mutex_);
    figures.on = wanted_ != nullptr;
  }
  for (size_t kind = 0; kind < kLogKinds; ++kind) {
    figures.records.emplace_back(LogKindName(kind), written_[kind].load());
  }
  figures.dropped = {{"queue_full", queue_full_.load()},
                     {"write_failed", write_failed_.load()}};
  figures.bytes = bytes_.load();
  figures.files = files_.load();
  return figures;
}

// ---- The thread ----

void EventLog::Run() {
  constexpr int kNice = 19;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
  auto flush_at = std::chrono::steady_clock::now() + kFlushEvery;
  for (bool goes_on = true; goes_on;) {
    Queued next;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, flush_at, [this] {
        return stops_ || !queue_.empty() || wanted_ != followed_;
      });
      goes_on = !stops_;
      if (queue_.empty()) {
        next.wanted = wanted_;
      } else {
        next = std::move(queue_.front());
        queue_.pop_front();
        queued_bytes_ -= next.request.bytes();
        goes_on = goes_on || !queue_.empty();
      }
    }
    Follow(next.wanted);
    try {
      WriteRequest(next.request);
    } catch (const std::bad_alloc&) {
      write_failed_ += SumOf(next.request.Records());
    }
    if (goes_on && std::chrono::steady_clock::now() < flush_at) continue;
    flush_at = std::chrono::steady_clock::now() + kFlushEvery;
    if (followed_ == nullptr) continue;
    const int64_t now_ms = now_ms_();
    WriteFigures(now_ms);
    Flush();
    directory_->Tidy();
    Publish();
  }
  directory_.reset();
}

void EventLog::Follow(const std::shared_ptr<const Wanted>& wanted) {
  if (wanted == followed_) return;
  if (directory_ != nullptr) Flush();
  directory_.reset();
  followed_ = wanted;
  if (wanted != nullptr) {
    directory_ = std::make_unique<LogDirectory>(wanted->settings);
  }
  figures_minute_ = now_ms_() / kMinuteMs;
  Publish();
}

void EventLog::WriteRequest(const LoggedRequest& request) {
  if (request.events.empty()) return;
  WriteRecords(request, followed_->redaction,
               [this](const std::string& lines) { Write(lines); });
}

void EventLog::WriteFigures(int64_t now_ms) {
  const int64_t minute = now_ms / kMinuteMs;
  if (!followed_->settings.figures || minute == figures_minute_) return;
  figures_minute_ = minute;
  try {
    figures_(now_ms, [this](const std::string& lines) { Write(lines); });
  } catch (const std::bad_alloc&) {
    Log(LogLevel::kWarn, "no memory for the figures of the event log");
  }
}

void EventLog::Write(const std::string& lines) {
  const LogCounts counts = CountRecords(lines);
  if (!directory_->Write(lines, now_ms_())) {
    write_failed_ += SumOf(counts);
    DropUnflushed();
    return;
  }
  for (size_t kind = 0; kind < kLogKinds; ++kind) {
    unflushed_[kind] += counts[kind];
  }
}

// Records are counted after they are flushed.
void EventLog::Flush() {
  if (SumOf(unflushed_) == 0) return;
  if (!directory_->Flush()) {
    DropUnflushed();
    return;
  }
  for (size_t kind = 0; kind < kLogKinds; ++kind) {
    written_[kind] += std::exchange(unflushed_[kind], 0);
  }
  if (std::exchange(failing_, false)) {
    Log(LogLevel::kInfo, "the event log is written again");
  }
}

void EventLog::DropUnflushed() {
  write_failed_ += SumOf(unflushed_);
  unflushed_ = {};
  if (std::exchange(failing_, true)) return;
  Log(LogLevel::kError,
      "the event log cannot be written: its records are dropped and counted",
      {{"path", followed_->settings.path}, {"error", directory_->error()}});
}

void EventLog::Publish() {
  bytes_.store(directory_ == nullptr ? 0 : directory_->bytes());
  files_.store(directory_ == nullptr ? 0 : directory_->files());
}

}  // namespace plumbline
