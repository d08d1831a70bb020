#include "daemon/store/journal_loss.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "daemon/store/answered_page.h"

namespace plumbline {
namespace {

constexpr char kRemedy[] =
    "restore the store from a backup, or go on without what is lost: start "
    "plumbline once with --storage.accept-loss";

constexpr char kExpected[] =
    "the machine was restarted since, which durability process does not "
    "promise to outlive: a start goes on without what is lost";

std::string Number(uint64_t n) { return std::to_string(n); }

// Describes where the journal ends, and where the last answered record ended.
std::string Describe(const std::string& directory, const JournalEnd& end,
                     const Answered& answered) {
  const auto path = [&directory](uint64_t segment) {
    return directory + "/" + SegmentName(segment);
  };
  const uint64_t groups = answered.next_sequence - end.next_sequence;
  std::string what = end.damage;
  if (what.empty() && end.has_segment) {
    what = path(end.last_first) + ": ends at byte " + Number(end.last.length) +
           " before record " + Number(end.next_sequence);
  } else if (what.empty()) {
    what = directory + ": has no segment of the journal";
  }
  const bool same = end.has_segment && end.last_first == answered.segment;
  const uint64_t bytes =
      answered.length - (same ? std::min(end.last.length, answered.length) : 0);
  what += "; the journal was answered up to record " +
          Number(answered.next_sequence - 1) + " at byte " +
          Number(answered.length) + " of " + SegmentName(answered.segment) +
          ": " + Number(groups) + (groups == 1 ? " group" : " groups") +
          " of answered events, " + (same ? "" : "at least ") + Number(bytes) +
          " bytes, are lost";
  return what;
}

// Files set aside before are kept.
std::string LostName(const std::string& path) {
  const std::string name = path + ".lost";
  if (!std::filesystem::exists(name)) return name;
  for (int i = 2;; ++i) {
    const std::string numbered = name + "-" + Number(static_cast<uint64_t>(i));
    if (!std::filesystem::exists(numbered)) return numbered;
  }
}

}  // namespace

std::optional<JournalLoss> FindLoss(const std::string& directory,
                                    const JournalEnd& end, bool checked) {
  const AnsweredPage::Found page = AnsweredPage::Read(directory);
  JournalLoss loss;
  if (page.content) {
    const Answered& answered = page.content->answered;
    if (answered.next_sequence > end.next_sequence) {
      loss.groups = answered.next_sequence - end.next_sequence;
      loss.what = Describe(directory, end, answered);
    }
    loss.is_expected = !page.content->this_boot && !page.content->synced &&
                       (end.damage.empty() || end.is_gap);
  } else if (page.exists || checked) {
    loss.what = directory + "/" + AnsweredPage::kName +
                (page.exists ? ": is damaged" : ": is missing") +
                ", so that it is not known whether the journal has its end";
    if (!end.damage.empty()) loss.what = end.damage + "; " + loss.what;
  }
  if (loss.what.empty()) loss.what = end.damage;
  if (loss.what.empty()) return std::nullopt;
  if (!end.unread.empty()) {
    loss.groups = std::max(loss.groups, end.unread.back() - end.next_sequence);
  } else if (!end.damage.empty()) {
    loss.groups = std::max<uint64_t>(loss.groups, 1);
  }
  loss.advice = loss.is_expected ? kExpected : kRemedy;
  return loss;
}

bool SetLostAside(const std::string& directory, const JournalEnd& end,
                  std::string* error) {
  std::error_code failed;
  // In reverse, so that an interrupted run finds the same loss again.
  for (auto segment = end.unread.rbegin(); segment != end.unread.rend();
       ++segment) {
    const std::string path = directory + "/" + SegmentName(*segment);
    std::filesystem::rename(path, LostName(path), failed);
    if (failed) {
      *error = path + ": cannot be renamed: " + failed.message();
      return false;
    }
  }
  if (end.last.damage.empty()) return true;
  const std::string path = directory + "/" + SegmentName(end.last_first);
  std::filesystem::copy_file(path, LostName(path), failed);
  if (!failed) return true;
  *error = path + ": cannot be copied: " + failed.message();
  return false;
}

}  // namespace plumbline
