#include "daemon/http/web_handler.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/settings/nearest.h"
#include "core/snapshot/snapshot.h"
#include "daemon/http/content.h"
#include "daemon/http/same_site.h"
#include "daemon/text/json_string.h"
#include "exporters/api/choice.h"
#include "exporters/api/history.h"
#include "exporters/api/id_json.h"
#include "exporters/api/json.h"
#include "exporters/api/landing.h"

namespace plumbline {
namespace {

constexpr std::string_view kModelPrefix = "/api/v1/models/";

constexpr std::string_view kHistory = "/history";
constexpr std::string_view kIds = "/ids/";
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

HttpResponse NotFound(const std::string& what) {
  return ErrorResponse(404, "not_found", what);
}

HttpResponse NotAllowed(const char* allowed) {
  HttpResponse response =
      ErrorResponse(405, "method_not_allowed", std::string("use ") + allowed);
  response.headers.emplace_back("Allow", allowed);
  response.close = true;  // what it sent is not read
  return response;
}

HttpResponse InvalidQuery(const std::string& message) {
  return ErrorResponse(400, "invalid_query", message);
}

// The two segments of /api/v1/models/{model}/ids/{id}.
std::optional<std::pair<std::string_view, std::string_view>> IdPath(
    std::string_view path) {
  if (!path.starts_with(kModelPrefix)) return std::nullopt;
  path.remove_prefix(kModelPrefix.size());
  const size_t end = path.find('/');
  if (end == 0 || end == std::string_view::npos ||
      !path.substr(end).starts_with(kIds)) {
    return std::nullopt;
  }
  const std::string_view id = path.substr(end + kIds.size());
  if (id.empty() || id.find('/') != std::string_view::npos) {
    return std::nullopt;
  }
  return std::pair(path.substr(0, end), id);
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

std::optional<HttpResponse> CheckChoice(const Choice& choice,
                                        const ModelSnapshot& model) {
  std::string wrong = CheckVersion(choice, model);
  if (!wrong.empty()) return NotFound(wrong);
  wrong = CheckWindow(choice, model);
  if (!wrong.empty()) return InvalidQuery(wrong);
  return std::nullopt;
}

// Orchestrators probe these without credentials.
bool IsProbe(const HttpRequest& request) {
  const std::string_view path = request.path();
  return (path == "/-/healthy" || path == "/-/ready") &&
         !ChangesSomething(request.method());
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
          daemon_.figures),
      metrics_(&collector_, daemon_.scraped) {}

HttpResponse WebHandler::Handle(HttpRequest& request) {
  HttpResponse response = Answer(request);
  // Answers are data: browsers must not execute them.
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'");
  return response;
}

HttpResponse WebHandler::Answer(HttpRequest& request) {
  const std::string_view path = request.path();
  // Probes and scrapes may use any host name.
  const bool any_host =
      path == "/metrics" || path == "/-/healthy" || path == "/-/ready";
  if (!any_host) {
    if (auto refused = RefuseUnknownHost(request, options_.external_url)) {
      return *std::move(refused);
    }
  }
  if (auto refused = RefuseForeignOrigin(request, options_.external_url)) {
    return *std::move(refused);
  }
  if (!IsProbe(request)) {
    const Right right =
        ChangesSomething(request.method()) ? Right::kAdmin : Right::kRead;
    if (auto refused = authenticator_->Check(request, right)) {
      return *std::move(refused);
    }
  }
  return Route(request);
}

HttpResponse WebHandler::Route(HttpRequest& request) {
  const std::string_view path = request.path();
  const std::string_view method = request.method();
  if (path == "/" && method == "OPTIONS") {
    return OptionsResponse("GET, HEAD, POST, PUT, DELETE, OPTIONS");
  }
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
                     IsModelPath(path) || IsHistoryPath(path) || IdPath(path);
  if (!known) return NotFound("no such path");
  if (method != "GET" && method != "HEAD") {
    return NotAllowed(IsModelPath(path) ? "GET, HEAD, DELETE" : "GET, HEAD");
  }
  return Get(request);
}

HttpResponse WebHandler::Get(HttpRequest& request) {
  const std::string_view path = request.path();
  if (path == "/metrics") {
    return metrics_.Answer(
        AcceptsGzip(request.Header("Accept-Encoding").value_or("")));
  }
  if (path == "/-/healthy") return Text(200, "Plumbline is healthy.\n");
  if (path == "/-/ready") {
    switch (phase_->load()) {
      case Phase::kReady:
        if (const std::string why = daemon_.storage_refuses(); !why.empty()) {
          return Text(503, "Plumbline cannot store anything: " + why + "\n");
        }
        return Text(200, "Plumbline is ready.\n");
      case Phase::kRecovering:
        return Text(503, "Plumbline is recovering.\n");
      default:
        return Text(503, "Plumbline is stopping.\n");
    }
  }
  return whole_answers_.Answer([&] { return GetWhole(request); });
}

HttpResponse WebHandler::GetWhole(HttpRequest& request) {
  const std::string_view path = request.path();
  if (path == "/") {
    HttpResponse response;
    response.content_type = "text/html; charset=utf-8";
    response.body =
        LandingPage(pipeline_->state(), phase_->load() != Phase::kRecovering,
                    clock_->NowMs(), daemon_.figures().rejections);
    return response;
  }
  if (path == "/api/v1/status") return Json(daemon_.status_json());
  if (phase_->load() == Phase::kRecovering) return Recovering();
  if (path == "/api/v1/models") {
    return Json(ModelsJson(pipeline_->state(), clock_->NowMs()));
  }
  if (const auto segments = IdPath(path)) {
    return Id(request, segments->first, segments->second);
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

HttpResponse WebHandler::NoModel(std::string_view segment) const {
  const auto name = PercentDecode(segment);
  return NotFound(
      NoSuchModel(pipeline_->state(), name ? *name : std::string(segment)));
}

HttpResponse WebHandler::Model(const HttpRequest& request,
                               std::string_view segment) {
  const std::vector<std::string_view> names = {"version", "window"};
  std::string error;
  const auto query = request.Query(names, &error);
  if (!query) return InvalidQuery(error);
  const auto name = PercentDecode(segment);
  const auto model =
      name ? SnapshotOf(pipeline_->state(), *name, clock_->NowMs())
           : std::nullopt;
  if (!model) return NoModel(segment);
  const Choice choice{(*query)[0], (*query)[1]};
  if (auto refused = CheckChoice(choice, *model)) return *std::move(refused);
  return Json(ModelJson(*model, choice));
}

HttpResponse WebHandler::Id(const HttpRequest& request,
                            std::string_view model_segment,
                            std::string_view id_segment) {
  std::string error;
  if (!request.Query({}, &error)) return InvalidQuery(error);
  const auto model = PercentDecode(model_segment);
  const auto id = PercentDecode(id_segment);
  if (!model) return NoModel(model_segment);
  if (!id) return NotFound("the id is not percent-encoded");
  KnownId known;
  switch (daemon_.find_id(*model, *id, &known)) {
    case FoundId::kFound:
      return Json(IdJson(*model, *id, known));
    case FoundId::kNoModel:
      return NoModel(model_segment);
    case FoundId::kStoreFailed:
      return ErrorResponse(503, "storage_failed", "the storage cannot be read");
    case FoundId::kNothing:
      break;
  }
  return NotFound(
      "nothing is remembered of this id: it was not received under this "
      "model, or its join.horizon is over");
}

HttpResponse WebHandler::History(const HttpRequest& request,
                                 std::string_view segment) {
  const std::vector<std::string_view> names = {"version", "window", "from",
                                               "to", "step"};
  std::string error;
  const auto query = request.Query(names, &error);
  if (!query) return InvalidQuery(error);
  const int64_t now_ms = clock_->NowMs();
  const auto name = PercentDecode(segment);
  const auto model =
      name ? SnapshotOf(pipeline_->state(), *name, now_ms) : std::nullopt;
  if (!model) return NoModel(segment);
  const auto asked = HistoryQuery::Parse((*query)[2], (*query)[3], (*query)[4],
                                         now_ms, &error);
  if (!asked) return InvalidQuery(error);
  // History has no windows, but an unknown window is still an error.
  const Choice choice{(*query)[0], (*query)[1]};
  if (auto refused = CheckChoice(choice, *model)) return *std::move(refused);

  std::vector<std::pair<const VersionSnapshot*, Steps>> versions;
  for (const VersionSnapshot& version : model->versions) {
    if (!choice.Has(version)) continue;
    auto steps = daemon_.history(version.owner, asked->from_ms, asked->to_ms);
    if (!steps) {
      return ErrorResponse(503, "storage_failed", "the storage cannot be read");
    }
    versions.emplace_back(&version, *std::move(steps));
  }
  // The answer is built in memory, so it is bounded.
  constexpr size_t kMostCells = size_t{4} << 20;
  const size_t classes = model->classes.size();
  size_t cells = 0;
  for (const auto& [version, steps] : versions) {
    cells += steps.size() * (1 + (model->has_matrix ? classes * classes : 0));
  }
  if (cells > kMostCells) {
    return InvalidQuery(
        "this is too much for one answer: ask for less time, or for one "
        "version");
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
  const std::vector<std::string_view> names = {"version"};
  std::string error;
  const auto query = request.Query(names, &error);
  if (!query) return InvalidQuery(error);
  const auto name = PercentDecode(segment);
  if (!name) return NoModel(segment);
  const Command command{Removal{*name, (*query)[0]}};
  Outcome outcome;
  switch (pipeline_->Commit(command, clock_->NowMs(), &outcome)) {
    case Pipeline::Status::kApplied:
      break;
    case Pipeline::Status::kJournalFailed:
      return ErrorResponse(503, "storage_failed", "the storage cannot write");
    case Pipeline::Status::kStoreUnread:
    case Pipeline::Status::kStoreFailed:
      return ErrorResponse(503, "storage_failed",
                           "the storage does not keep up");
    case Pipeline::Status::kJournalUnknown:
      return NoAnswer();
    case Pipeline::Status::kStopped:
      return ErrorResponse(Stopping());
  }
  if (!outcome.done) {
    const auto model = SnapshotOf(pipeline_->state(), *name, clock_->NowMs());
    return model ? NotFound(CheckVersion({(*query)[0], {}}, *model))
                 : NoModel(segment);
  }
  HttpResponse response;
  response.status = 204;
  return response;
}

}  // namespace plumbline
