#include "daemon/tool/event_poster.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>

#include "daemon/decode/body.h"
#include "daemon/decode/json_scan.h"
#include "exporters/api/table.h"

namespace plumbline {
namespace {

constexpr int kTriesWithoutAnswer = 30;
constexpr int kTooLarge = 413;

// True if a retry may succeed: the daemon, or a proxy before it, is busy.
bool IsTemporary(int status) {
  return status == 408 || status == 429 || status == 502 || status == 503 ||
         status == 504;
}

bool IsOfEvents(const ClientResponse& response) {
  return (response.status == 200 || response.status == 400) &&
         response.body.starts_with('{') &&
         response.body.find("\"accepted\"") != std::string::npos;
}

std::string_view Find(const std::vector<JsonField>& fields,
                      std::string_view key) {
  const auto found =
      std::find_if(fields.begin(), fields.end(),
                   [key](const JsonField& field) { return field.key == key; });
  return found == fields.end() ? std::string_view() : found->value;
}

uint64_t NumberOf(const std::vector<JsonField>& fields, std::string_view key) {
  return std::strtoull(std::string(Find(fields, key)).c_str(), nullptr, 10);
}

}  // namespace

EventPoster::EventPoster(std::string url, const std::string& token,
                         EventReport* report)
    : url_(std::move(url)), report_(*report), client_(token) {
  while (url_.ends_with('/')) url_.pop_back();
  if (!url_.ends_with("/v1/events")) url_ += "/v1/events";
}

bool EventPoster::Post(const Events& events) {
  return events.empty() || Post(events, 0, events.size());
}

bool EventPoster::Post(const Events& events, size_t begin, size_t end) {
  std::string body;
  for (size_t i = begin; i < end; ++i) {
    body += events[i].json;
    body += '\n';
  }
  const ClientResponse response = Send(body);
  if (IsOfEvents(response)) {
    Note(response.body, events, begin, end);
    return true;
  }
  if (response.status == kTooLarge && end - begin > 1) {
    const size_t middle = begin + (end - begin) / 2;
    return Post(events, begin, middle) && Post(events, middle, end);
  }
  const std::string why =
      response.status == 0 ? response.body : ErrorMessage(response.body);
  if (response.status == kTooLarge) {
    report_.Reject(events[begin].place, "too_large: " + why);
    return true;
  }
  report_.Tell(
      ShownUrl(url_) + ": " +
      (response.status == 0 ? "" : std::to_string(response.status) + ": ") +
      why);
  return false;
}

ClientResponse EventPoster::Send(const std::string& body) {
  for (int silent = 0;;) {
    ClientResponse response = client_.Post(url_, "application/x-ndjson", body);
    const bool unanswered = response.status == 0;
    if (!unanswered && !IsTemporary(response.status)) return response;
    if (unanswered && ++silent == kTriesWithoutAnswer) return response;
    std::this_thread::sleep_for(
        std::chrono::seconds(std::max(response.retry_after_seconds, 1)));
  }
}

void EventPoster::Note(const std::string& answer, const Events& events,
                       size_t begin, size_t end) {
  const auto fields = FieldsOf(answer);
  accepted_ += NumberOf(fields, "accepted");
  duplicates_ += NumberOf(fields, "duplicates");
  // Calls visit(index, code, message) for each element of a list.
  const auto for_each = [&](const char* list, const auto& visit) {
    for (const std::string_view item :
         SplitArray(Find(fields, list), SIZE_MAX)) {
      const auto one = FieldsOf(item);
      const uint64_t index = NumberOf(one, "index");
      if (one.empty() || index >= end - begin) continue;
      visit(index, TextOf(Find(one, "code")), TextOf(Find(one, "message")));
    }
  };
  uint64_t told = 0;
  uint64_t warnings = 0;
  for_each("errors", [&](uint64_t index, const std::string& code,
                         const std::string& message) {
    ++told;
    report_.Reject(events[begin + index].place, code + ": " + message);
  });
  for_each("warnings", [&](uint64_t index, const std::string& code,
                           const std::string& message) {
    ++warnings;
    report_.Warn(events[begin + index].place, answered_ + index, code, message);
  });
  if (warnings >= kListedWarnings) report_.WarnOfMore();
  const uint64_t rejected = NumberOf(fields, "rejected");
  if (rejected > told) report_.RejectMore(rejected - told, end - begin);
  answered_ += end - begin;
}

}  // namespace plumbline
