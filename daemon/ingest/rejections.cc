#include "daemon/ingest/rejections.h"

#include <algorithm>
#include <limits>

#include "daemon/log/log.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

constexpr int64_t kBetweenMs = 60'000;  // between two lines of one kind
constexpr size_t kRecent = 20;
constexpr size_t kLongestMessage = 512;  // bytes, in the log

// 0 if the model is unknown.
uint32_t NumberOf(const PublishedState& state, std::string_view model) {
  const Reclaimer::Guard guard(state.reclaimer());
  const std::vector<PublishedModel*>& models = state.models().Get();  // by name
  const auto found =
      std::lower_bound(models.begin(), models.end(), model,
                       [](const PublishedModel* m, std::string_view name) {
                         return m->name < name;
                       });
  return found == models.end() || (*found)->name != model ? 0
                                                          : (*found)->number;
}

// A description without the values that were sent.
const char* Described(Reject reject) {
  switch (reject) {
    case Reject::kInvalidJson:
      return "it is no JSON object, or has a key or class twice";
    case Reject::kMissingField:
      return "it is needed and missing";
    case Reject::kUnknownField:
      return "no field of an event has this name";
    case Reject::kWrongType:
      return "it is not of the type that is taken here";
    case Reject::kOutOfRange:
      return "it is outside of the range that is taken here";
    case Reject::kTooLong:
      return "it is longer than is taken here";
    case Reject::kInvalidText:
      return "it has a control character, or is not valid text";
    case Reject::kFutureTimestamp:
      return "it is further ahead of this server's clock than limits.future "
             "allows";
    case Reject::kTaskMismatch:
      return "it does not fit the task of the model";
    case Reject::kUnknownClass:
      return "it is not among the classes configured for the model";
    case Reject::kClassLimit:
      return "the model has as many classes as limits.classes allows";
    case Reject::kVersionLimit:
      return "the model has as many versions as limits.versions_per_model "
             "allows";
    case Reject::kModelLimit:
      return "there are as many models as limits.models allows";
    default:
      return "there is no memory left for it within the limits";
  }
}

}  // namespace

void Rejections::WriteToLog(const Summary& summary) {
  const EventError& error = summary.example;
  const std::string count = std::to_string(summary.count);
  if (summary.of_requests) {
    Log(LogLevel::kWarn, "requests refused",
        {{"reason", summary.reason},
         {"requests", count},
         {"example", error.message}});
    return;
  }
  const std::string& model =
      summary.model.empty() ? error.model : summary.model;
  if (error.message.empty()) {  // no listed error is an example
    Log(LogLevel::kWarn, "events rejected",
        {{"model", model}, {"reason", summary.reason}, {"events", count}});
    return;
  }
  Log(LogLevel::kWarn, "events rejected",
      {{"model", model},
       {"reason", summary.reason},
       {"events", count},
       {"field", error.field},
       {"example", error.message},
       {"index", std::to_string(error.index)}});
}

void Rejections::AddEvents(const RejectedByModel& counts,
                           const std::vector<EventError>& listed,
                           int64_t now_ms) {
  std::vector<Summary> due;
  {
    const std::lock_guard lock(mutex_);
    std::map<std::string_view, uint32_t> numbers;
    for (const auto& [model, rejected] : counts) {
      const uint32_t number = NumberOf(*state_, model);
      numbers[model] = number;
      if (number != 0) {
        Counted& counted = counted_[model];
        // A deleted model had the same name.
        if (counted.model_number != number) counted = {number, {}};
        for (size_t i = 0; i < kRejectCount; ++i) {
          counted.counts[i] += rejected[i];
        }
      }
      for (size_t i = 1; i < kRejectCount; ++i) {
        if (rejected[i] == 0) continue;
        PendingOf(number != 0 ? model : "", RejectName(static_cast<Reject>(i)))
            .summary.count += rejected[i];
      }
    }
    for (const EventError& error : listed) {
      const std::string_view code = RejectName(error.reject);
      EventError& example =
          PendingOf(numbers[error.model] != 0 ? error.model : "", code)
              .summary.example;
      example = error;
      example.message = CutText(error.message, kLongestMessage);
      Keep({now_ms, error.model, error.field, std::string(code),
            (error.field.empty() ? "" : error.field + ": ") +
                Described(error.reject)});
    }
    due = TakeDue(now_ms);
  }
  WriteEach(due);
}

void Rejections::AddRequest(std::string_view code, const std::string& message,
                            std::string shown, int64_t now_ms) {
  std::vector<Summary> due;
  {
    const std::lock_guard lock(mutex_);
    Summary& summary = PendingOf("", code).summary;
    summary.of_requests = true;
    ++summary.count;
    summary.example.message = CutText(message, kLongestMessage);
    Keep({now_ms, "", "", std::string(code), std::move(shown)});
    due = TakeDue(now_ms);
  }
  WriteEach(due);
}

void Rejections::WriteDue(int64_t now_ms) {
  std::vector<Summary> due;
  {
    const std::lock_guard lock(mutex_);
    if (pending_.empty()) return;
    due = TakeDue(now_ms);
  }
  WriteEach(due);
}

void Rejections::WriteAll() {
  WriteDue(std::numeric_limits<int64_t>::max() - kBetweenMs);
}

RejectionFigures Rejections::Read() const {
  RejectionFigures figures;
  const std::lock_guard lock(mutex_);
  std::erase_if(counted_, [this](const auto& counted) {
    return NumberOf(*state_, counted.first) != counted.second.model_number;
  });
  for (const auto& [model, counted] : counted_) {
    figures.by_model.emplace(model, counted.counts);
  }
  figures.recent.assign(recent_.begin(), recent_.end());
  return figures;
}

Rejections::Pending& Rejections::PendingOf(const std::string& model,
                                           std::string_view reason) {
  Pending& pending = pending_[{model, std::string(reason)}];
  pending.summary.model = model;
  pending.summary.reason = reason;
  return pending;
}

void Rejections::Keep(RecentRejection rejection) {
  recent_.push_front(std::move(rejection));
  if (recent_.size() > kRecent) recent_.pop_back();
}

std::vector<Rejections::Summary> Rejections::TakeDue(int64_t now_ms) {
  std::vector<Summary> due;
  for (auto it = pending_.begin(); it != pending_.end();) {
    Pending& pending = it->second;
    if (pending.not_before_ms > now_ms) {
      ++it;
    } else if (pending.summary.count == 0) {
      it = pending_.erase(it);
    } else {
      due.push_back(std::exchange(pending.summary, {}));
      pending.not_before_ms = now_ms + kBetweenMs;
      ++it;
    }
  }
  return due;
}

void Rejections::WriteEach(const std::vector<Summary>& summaries) const {
  for (const Summary& summary : summaries) write_(summary);
}

}  // namespace plumbline
