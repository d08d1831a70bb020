// Posts events to a daemon until each has a final answer.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/client/client.h"
#include "daemon/tool/event_report.h"

namespace plumbline {

struct PostedEvent {
  std::string json;  // one line
  FileLine place;
};

class EventPoster {
 public:
  // `url`: of the listener, or of its /v1/events. `token`: a bearer token, or
  // empty. REQUIRES: `report` outlives this.
  EventPoster(std::string url, const std::string& token, EventReport* report);

  // Posts them as one body, or as several if the daemon finds it too large.
  // Waits and retries as the daemon asks. Reports rejected events. False, after
  // printing why, if retrying is useless.
  bool Post(const std::vector<PostedEvent>& events);

  uint64_t accepted() const { return accepted_; }
  uint64_t duplicates() const { return duplicates_; }

 private:
  using Events = std::vector<PostedEvent>;

  bool Post(const Events& events, size_t begin, size_t end);
  ClientResponse Send(const std::string& body);
  void Note(const std::string& answer, const Events& events, size_t begin,
            size_t end);

  std::string url_;
  EventReport& report_;
  HttpClient client_;
  uint64_t accepted_ = 0;
  uint64_t duplicates_ = 0;
  uint64_t answered_ = 0;  // events
};

}  // namespace plumbline
