#include "daemon/http/web_handler.h"

#include <strings.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <tuple>
#include <utility>
#include <vector>

#include "core/snapshot.h"
#include "daemon/gzip/gzip.h"
#include "daemon/text/json_string.h"
#include "exporters/api/history.h"
#include "exporters/api/json.h"
#include "exporters/api/landing.h"

namespace plumbline {
namespace {

constexpr std::string_view kModelPrefix = "/api/v1/models/";

constexpr std::string_view kHistory = "/history";
constexpr std::string_view kSnapshotPath = "/api/v1/admin/snapshot";

HttpResponse Text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

HttpResponse Json(std::string body) {
  HttpResponse response;
  response.body = std::move(body) + "\n";
  return response;
}

HttpResponse NotFound(const char* what) {
  return ErrorResponse(404, "not_found", what);
}

HttpResponse NotAllowed(const char* allowed) {
  HttpResponse response =
      ErrorResponse(405, "method_not_allowed", std::string("use ") + allowed);
  response.headers.emplace_back("Allow", allowed);
  response.close = true;  // what it sent is not read
  return response;
}

HttpResponse BadQuery() {
  return ErrorResponse(400, "invalid_body",
                       "the query is malformed or has an unknown parameter");
}

// gzip is accepted, and not with a weight of 0.
bool AcceptsGzip(const HttpRequest& request) {
  std::string_view list = request.Header("Accept-Encoding").value_or("");
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    std::string_view coding = item.substr(0, item.find(';'));
    while (coding.ends_with(' ')) coding.remove_suffix(1);
    if (coding.size() != 4 || strncasecmp(coding.data(), "gzip", 4) != 0) {
      continue;
    }
    const size_t weight = item.find("q=");
    return weight == std::string_view::npos ||
           std::strtod(std::string(item.substr(weight + 2)).c_str(), nullptr) >
               0;
  }
  return false;
}

bool IsHistoryPath(std::string_view path) {
  if (!path.starts_with(kModelPrefix) || !path.ends_with(kHistory))
    return false;
  path.remove_prefix(kModelPrefix.size());
  return path.size() > kHistory.size() &&
         path.find('/') == path.size() - kHistory.size();
}

HttpResponse Recovering() {
  return ErrorResponse(503, "recovering", "still recovering");
}

HttpResponse NeedsAdminApi() {
  return ErrorResponse(403, "forbidden",
                       "start with --web.enable-admin-api to allow this");
}

bool IsModelPath(std::string_view path) {
  return path.starts_with(kModelPrefix) && path.size() > kModelPrefix.size() &&
         path.find('/', kModelPrefix.size()) == std::string_view::npos;
}

}  // namespace

WebHandler::WebHandler(Options options, Pipeline* pipeline, Clock* clock,
                       Authenticator* authenticator,
                       const std::atomic<Phase>* phase, Daemon daemon)
    : options_(options),
      pipeline_(pipeline),
      clock_(clock),
      authenticator_(authenticator),
      phase_(phase),
      daemon_(std::move(daemon)),
      collector_(
          &pipeline->state(), [clock] { return clock->NowMs(); },
          daemon_.figures) {}

HttpResponse WebHandler::Handle(HttpRequest& request) {
  if (auto refused = authenticator_->Check(request)) {
    return *std::move(refused);
  }
  return Route(request);
}

HttpResponse WebHandler::Route(HttpRequest& request) {
  const std::string_view path = request.path();
  const std::string_view method = request.method();
  if (path == "/-/reload" || path == "/-/quit") {
    if (method != "POST" && method != "PUT") return NotAllowed("POST, PUT");
    return Lifecycle(path);
  }
  if (path == kSnapshotPath) {
    return method == "POST" ? Snapshot() : NotAllowed("POST");
  }
  if (IsModelPath(path) && method == "DELETE") {
    return Delete(request, path.substr(kModelPrefix.size()));
  }
  const bool known = path == "/" || path == "/metrics" ||
                     path == "/-/healthy" || path == "/-/ready" ||
                     path == "/api/v1/models" || path == "/api/v1/status" ||
                     IsModelPath(path) || IsHistoryPath(path);
  if (!known) return NotFound("no such path");
  if (method != "GET" && method != "HEAD") {
    return NotAllowed(IsModelPath(path) ? "GET, HEAD, DELETE" : "GET, HEAD");
  }
  return Get(request);
}

HttpResponse WebHandler::Get(HttpRequest& request) {
  const std::string_view path = request.path();
  if (path == "/metrics") return Metrics(request);
  if (path == "/-/healthy") return Text(200, "Plumbline is healthy.\n");
  if (path == "/-/ready") {
    switch (phase_->load()) {
      case Phase::kReady:
        return Text(200, "Plumbline is ready.\n");
      case Phase::kRecovering:
        return Text(503, "Plumbline is recovering.\n");
      default:
        return Text(503, "Plumbline is stopping.\n");
    }
  }
  if (path == "/") {
    HttpResponse response;
    response.content_type = "text/html; charset=utf-8";
    response.body =
        LandingPage(pipeline_->state(), phase_->load() != Phase::kRecovering,
                    clock_->NowMs());
    return response;
  }
  if (path == "/api/v1/status") return Json(daemon_.status_json());
  if (phase_->load() == Phase::kRecovering) return Recovering();
  if (path == "/api/v1/models") {
    return Json(ModelsJson(pipeline_->state(), clock_->NowMs()));
  }
  std::string_view segment = path.substr(kModelPrefix.size());
  if (!IsHistoryPath(path)) return Model(request, segment);
  segment.remove_suffix(kHistory.size());
  return History(request, segment);
}

HttpResponse WebHandler::Lifecycle(std::string_view path) {
  if (!options_.lifecycle) {
    return ErrorResponse(403, "forbidden",
                         "start with --web.enable-lifecycle to allow this");
  }
  if (path == "/-/quit") {
    daemon_.quit();
    return Text(200, "Plumbline is stopping.\n");
  }
  if (phase_->load() == Phase::kRecovering) return Recovering();
  if (const auto wrong = daemon_.reload()) {
    return ErrorResponse(400, "invalid_body", *wrong);
  }
  return Text(200, "Reloaded.\n");
}

HttpResponse WebHandler::Metrics(const HttpRequest& request) {
  const auto begin = std::chrono::steady_clock::now();
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = Exposition(collector_);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (AcceptsGzip(request)) {
    response.body = Gzip(response.body);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  daemon_.scraped(took.count());
  return response;
}

HttpResponse WebHandler::Model(const HttpRequest& request,
                               std::string_view segment) {
  const auto query = request.Query({"version", "window"});
  if (!query) return BadQuery();
  const auto name = PercentDecode(segment);
  const auto model =
      name ? SnapshotOf(pipeline_->state(), *name, clock_->NowMs())
           : std::nullopt;
  if (!model) return NotFound("no such model");
  auto json = ModelJson(*model, (*query)[0], (*query)[1]);
  if (!json) return NotFound("the model has no such version or window");
  return Json(*std::move(json));
}

HttpResponse WebHandler::History(const HttpRequest& request,
                                 std::string_view segment) {
  const auto query = request.Query({"version", "window", "from", "to", "step"});
  if (!query) return BadQuery();
  const int64_t now_ms = clock_->NowMs();
  const auto name = PercentDecode(segment);
  const auto model =
      name ? SnapshotOf(pipeline_->state(), *name, now_ms) : std::nullopt;
  if (!model) return NotFound("no such model");
  std::string error;
  const auto asked = HistoryQuery::Parse((*query)[2], (*query)[3], (*query)[4],
                                         now_ms, &error);
  if (!asked) return ErrorResponse(400, "invalid_body", error);

  const auto& [version_name, window] = std::tie((*query)[0], (*query)[1]);
  std::vector<std::pair<const VersionSnapshot*, Steps>> versions;
  for (const VersionSnapshot& version : model->versions) {
    if (version_name && *version_name != version.name) continue;
    // History has no windows; one that there is not is an error all the same.
    const auto is_asked = [&w = window](const WindowSnapshot& have) {
      return have.settings.name == *w;
    };
    if (window && std::none_of(version.windows.begin(), version.windows.end(),
                               is_asked)) {
      continue;
    }
    auto steps = daemon_.history(version.owner, asked->from_ms, asked->to_ms);
    if (!steps) {
      return ErrorResponse(503, "storage_failed", "the storage cannot be read");
    }
    versions.emplace_back(&version, *std::move(steps));
  }
  // An answer is made in memory.
  constexpr size_t kMostCells = size_t{4} << 20;
  const size_t classes = model->classes.size();
  size_t cells = 0;
  for (const auto& [version, steps] : versions) {
    cells += steps.size() * (1 + (model->has_matrix ? classes * classes : 0));
  }
  if (cells > kMostCells) {
    return ErrorResponse(400, "invalid_body",
                         "this is too much for one answer: ask for less time, "
                         "or for one version");
  }
  if (versions.empty() && (version_name || window)) {
    return NotFound("the model has no such version or window");
  }
  return Json(HistoryJson(*model, *asked, versions));
}

HttpResponse WebHandler::Snapshot() {
  if (!options_.admin_api) return NeedsAdminApi();
  if (phase_->load() != Phase::kReady) return Recovering();
  const auto path = daemon_.snapshot();
  if (!path) {
    return ErrorResponse(503, "storage_failed", "the copy cannot be written");
  }
  if (path->empty()) {
    return ErrorResponse(400, "invalid_body",
                         "with storage.durability memory nothing is stored");
  }
  std::string body = "{\"path\": ";
  AppendJsonString(*path, &body);
  return Json(body + "}");
}

HttpResponse WebHandler::Delete(const HttpRequest& request,
                                std::string_view segment) {
  if (!options_.admin_api) return NeedsAdminApi();
  if (phase_->load() == Phase::kRecovering) return Recovering();
  const auto query = request.Query({"version"});
  if (!query) return BadQuery();
  const auto name = PercentDecode(segment);
  if (!name) return NotFound("no such model");
  const Command command{Removal{*name, (*query)[0]}};
  Outcome outcome;
  switch (pipeline_->Commit(command, clock_->NowMs(), &outcome)) {
    case Pipeline::Status::kApplied:
      break;
    case Pipeline::Status::kJournalFailed:
      return ErrorResponse(503, "storage_failed", "the storage cannot write");
    case Pipeline::Status::kStoreFailed:
      return ErrorResponse(503, "storage_failed",
                           "the storage cannot be read, or does not keep up");
    case Pipeline::Status::kJournalUnknown:
      return NoAnswer();
    case Pipeline::Status::kStopped:
      return ErrorResponse(503, "stopping", "shutting down");
  }
  if (!outcome.done) return NotFound("no such model or version");
  HttpResponse response;
  response.status = 204;
  return response;
}

}  // namespace plumbline
