// Posts events to a daemon until each is answered for good.

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
  // `url`: of the listener, or of its events. `token`: a bearer token; empty:
  // none. The report must outlive it.
  EventPoster(std::string url, const std::string& token, EventReport* report);

  // Posts them as one body, or as several where the daemon says that it is too
  // large. It waits as long as the daemon asks for, and goes on. What is
  // rejected is reported. False, after telling why, if there is no hope.
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
