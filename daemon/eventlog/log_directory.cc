#include "daemon/eventlog/log_directory.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "core/event/timestamp.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "events-";
constexpr std::string_view kSuffix = ".ndjson.gz";
constexpr std::string_view kOpen = ".open";
constexpr auto kRetry = std::chrono::seconds(1);

// Wall-clock time, for comparison with the times of files. It may step back.
int64_t SystemMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// "events-20261126T213000Z-000001.ndjson.gz": names sort by time.
std::string NameOf(int64_t now_ms, uint64_t sequence) {
  std::string time = FormatTimestamp(now_ms / 1000 * 1000);
  if (const size_t dot = time.find('.'); dot != std::string::npos) {
    time = time.substr(0, dot) + "Z";
  }
  std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
  std::string number = std::to_string(sequence);
  number.insert(0, number.size() < 6 ? 6 - number.size() : 0, '0');
  return std::string(kPrefix) + time + "-" + number + std::string(kSuffix);
}

struct Listed {
  fs::path path;
  uint64_t bytes = 0;
  int64_t written_ms = 0;
};

// The files with this suffix, by name.
std::vector<Listed> FilesOf(const std::string& directory,
                            const std::string& suffix) {
  std::vector<Listed> files;
  std::error_code error;
  for (fs::directory_iterator i(directory, error), end; !error && i != end;
       i.increment(error)) {
    const std::string name = i->path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(suffix)) continue;
    Listed file{i->path()};
    std::error_code gone;
    file.bytes = i->file_size(gone);
    const auto written = i->last_write_time(gone);
    if (gone) continue;
    file.written_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::file_clock::to_sys(written).time_since_epoch())
            .count();
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const Listed& a, const Listed& b) { return a.path < b.path; });
  return files;
}

}  // namespace

LogDirectory::LogDirectory(EventLogSettings settings)
    : settings_(std::move(settings)) {
  List();
}

LogDirectory::~LogDirectory() {
  if (file_ != nullptr) Complete();
}

std::string LogDirectory::Make(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  // A full disk stops the log, not the daemon.
  if (error && error != std::errc::no_space_on_device) {
    return "event_log.path: " + path + ": " + error.message();
  }
  return "";
}

bool LogDirectory::Write(std::string_view lines, int64_t now_ms) {
  if (Clock::now() < retry_) return false;
  if (cut_off_ || (file_ != nullptr && IsDue())) Complete();
  if (cut_off_ || (file_ == nullptr && !Open(now_ms)) || !file_->Write(lines)) {
    return Fail();
  }
  return true;
}

bool LogDirectory::Flush() {
  if (file_ == nullptr || cut_off_) return false;
  if (!file_->Flush()) return Fail();
  error_.clear();
  return true;
}

// A file is due at a quarter of retain_bytes at the latest.
bool LogDirectory::IsDue() const {
  constexpr int64_t kParts = 4;
  const int64_t most =
      std::min(settings_.rotate_bytes, settings_.retain_bytes / kParts);
  return open_bytes() >= static_cast<uint64_t>(most) ||
         Clock::now() - opened_ >=
             std::chrono::milliseconds(settings_.rotate_every_ms);
}

void LogDirectory::Tidy() {
  if (file_ != nullptr && !cut_off_ && IsDue()) Complete();
  const auto most = static_cast<uint64_t>(settings_.retain_bytes);
  const int64_t now_ms = SystemMs();
  if (bytes() <= most && now_ms - oldest_ms_ <= settings_.retain_ms) return;
  const auto files = FilesOf(settings_.path, std::string(kSuffix));
  uint64_t all = open_bytes();
  for (const Listed& file : files) all += file.bytes;
  for (size_t i = 0; i < files.size(); ++i) {
    const bool old = now_ms - files[i].written_ms > settings_.retain_ms;
    const bool last = i + 1 == files.size();
    if (!old && (all <= most || last)) break;
    std::error_code error;
    if (!fs::remove(files[i].path, error)) break;
    all -= files[i].bytes;
  }
  List();
}

bool LogDirectory::Open(int64_t now_ms) {
  std::error_code error;
  fs::create_directories(settings_.path, error);
  MendOthers();
  name_ = settings_.path + "/" + NameOf(now_ms, ++sequence_);
  // Another daemon, or this one before a restart, may have used the name.
  while (fs::exists(name_, error) ||
         fs::exists(name_ + std::string(kOpen), error)) {
    name_ = settings_.path + "/" + NameOf(now_ms, ++sequence_);
  }
  file_ = GzipFile::Create(name_ + std::string(kOpen));
  opened_ = Clock::now();
  return file_ != nullptr;
}

bool LogDirectory::Fail() {
  error_ = std::strerror(errno);
  retry_ = Clock::now() + kRetry;
  cut_off_ = file_ != nullptr;
  if (cut_off_) Complete();
  return false;
}

// If the file cannot be ended now, a later call retries.
void LogDirectory::Complete() {
  const std::string open = name_ + std::string(kOpen);
  std::error_code error;
  if (!cut_off_ && !file_->Finish()) {
    error_ = std::strerror(errno);
    cut_off_ = true;
  }
  if (cut_off_ && file_->empty()) {
    fs::remove(open, error);
  } else if (cut_off_ && !file_->Cut()) {
    return;
  } else {
    fs::rename(open, name_, error);
    if (error) mended_ = false;  // MendOthers() renames it later
  }
  cut_off_ = false;
  file_.reset();
  List();
}

// Completes files that killed daemons left.
void LogDirectory::MendOthers() {
  if (mended_) return;
  mended_ = true;
  const std::string suffix = std::string(kSuffix) + std::string(kOpen);
  for (const Listed& file : FilesOf(settings_.path, suffix)) {
    const std::string open = file.path.string();
    std::error_code error;
    switch (MendGzipFile(open)) {
      case Mended::kYes:
        fs::rename(open, open.substr(0, open.size() - kOpen.size()), error);
        if (error) mended_ = false;
        break;
      case Mended::kEmpty:
        fs::remove(file.path, error);
        break;
      case Mended::kInUse:
        break;
      case Mended::kFailed:
        mended_ = false;
        break;
    }
  }
  List();
}

void LogDirectory::List() {
  closed_bytes_ = 0;
  oldest_ms_ = INT64_MAX;
  const auto files = FilesOf(settings_.path, std::string(kSuffix));
  for (const Listed& file : files) {
    closed_bytes_ += file.bytes;
    oldest_ms_ = std::min(oldest_ms_, file.written_ms);
  }
  closed_files_ = files.size();
}

}  // namespace plumbline
