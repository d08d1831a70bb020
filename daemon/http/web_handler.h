// The web listener: metrics, status, API and administration.

#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/pipeline.h"
#include "daemon/clock.h"
#include "daemon/http/auth.h"
#include "daemon/http/message.h"
#include "daemon/phase.h"
#include "exporters/daemon_figures.h"
#include "exporters/prometheus/collector.h"

namespace plumbline {

// [Any thread]
class WebHandler {
 public:
  struct Options {
    bool lifecycle = false;  // /-/reload and /-/quit
    bool admin_api = false;  // DELETE
  };
  // What the handler needs of the daemon.
  struct Daemon {
    std::function<DaemonFigures()> figures;
    std::function<std::string()> status_json;
    std::function<std::optional<std::string>()> reload;  // what went wrong
    std::function<void()> quit;
    std::function<void(double seconds)> scraped;
  };

  WebHandler(Options options, Pipeline* pipeline, Clock* clock,
             Authenticator* authenticator, const std::atomic<Phase>* phase,
             Daemon daemon);

  HttpResponse Handle(HttpRequest& request);

 private:
  HttpResponse Route(HttpRequest& request);
  HttpResponse Get(HttpRequest& request);
  HttpResponse Lifecycle(std::string_view path);
  HttpResponse Metrics(const HttpRequest& request);
  HttpResponse Model(const HttpRequest& request, std::string_view segment);
  HttpResponse Delete(const HttpRequest& request, std::string_view segment);

  const Options options_;
  Pipeline* const pipeline_;
  Clock* const clock_;
  Authenticator* const authenticator_;
  const std::atomic<Phase>* const phase_;
  const Daemon daemon_;
  const Collector collector_;
};

}  // namespace plumbline
