// The web listener: metrics, status, API and administration.

#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/engine/find_id.h"
#include "core/engine/pipeline.h"
#include "core/window/history.h"
#include "daemon/http/auth.h"
#include "daemon/http/message.h"
#include "daemon/http/metrics_page.h"
#include "daemon/http/whole_answers.h"
#include "daemon/process/clock.h"
#include "daemon/process/phase.h"
#include "exporters/daemon_figures.h"
#include "exporters/prometheus/collector.h"

namespace plumbline {

// [Any thread]
class WebHandler {
 public:
  struct Options {
    bool lifecycle = false;         // /-/reload and /-/quit
    bool admin_api = false;         // DELETE, snapshots
    std::string external_url = {};  // as clients see it; empty: unknown
  };
  // Callbacks into the daemon.
  struct Daemon {
    std::function<DaemonFigures()> figures;
    std::function<std::string()> status_json;
    // Why the store refuses writes now; empty if it does not.
    std::function<std::string()> storage_refuses;
    std::function<std::optional<std::string>()> reload;  // the error
    std::function<void()> quit;
    std::function<void(double seconds)> scraped;
    // The steps of a version in [from, to); nullopt if they cannot be read now.
    std::function<std::optional<Steps>(uint32_t owner, int64_t from_ms,
                                       int64_t to_ms)>
        history;
    // Looks up an id of a model.
    std::function<FoundId(const std::string& model, const std::string& id,
                          KnownId* known)>
        find_id;
    // Copies the store and returns the path; nullopt on failure, empty without
    // a store.
    std::function<std::optional<std::string>()> snapshot;
  };

  WebHandler(Options options, Pipeline* pipeline, Clock* clock,
             Authenticator* authenticator, const std::atomic<Phase>* phase,
             Daemon daemon);

  HttpResponse Handle(HttpRequest& request);

 private:
  HttpResponse Answer(HttpRequest& request);
  HttpResponse Route(HttpRequest& request);
  HttpResponse Get(HttpRequest& request);
  HttpResponse GetWhole(HttpRequest& request);
  HttpResponse Lifecycle(std::string_view path);
  HttpResponse Model(const HttpRequest& request, std::string_view segment);
  HttpResponse Id(const HttpRequest& request, std::string_view model_segment,
                  std::string_view id_segment);
  HttpResponse NoModel(std::string_view segment) const;
  HttpResponse History(const HttpRequest& request, std::string_view segment);
  HttpResponse Snapshot();
  HttpResponse Delete(const HttpRequest& request, std::string_view segment);

  const Options options_;
  Pipeline* const pipeline_;
  Clock* const clock_;
  Authenticator* const authenticator_;
  const std::atomic<Phase>* const phase_;
  const Daemon daemon_;
  const Collector collector_;
  MetricsPage metrics_;
  WholeAnswers whole_answers_;
};

}  // namespace plumbline
