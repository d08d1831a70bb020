#include "exporters/api/landing.h"

#include <string_view>
#include <vector>

#include "core/event/timestamp.h"
#include "core/snapshot/findings.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {
namespace {

constexpr char kHead[] = R"(<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Plumbline</title></head>
<body>
<h1>Plumbline</h1>
<p>Is the model in production still right?</p>
<ul>
<li><a href="/metrics">Metrics</a></li>
<li><a href="/api/v1/models">Models</a></li>
<li><a href="/api/v1/status">Status</a></li>
<li><a href="/-/healthy">Healthy</a></li>
<li><a href="/-/ready">Ready</a></li>
</ul>
)";
constexpr size_t kMost = 100;  // findings

void AppendEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        *out += "&amp;";
        break;
      case '<':
        *out += "&lt;";
        break;
      case '>':
        *out += "&gt;";
        break;
      default:
        *out += c;
    }
  }
}

std::string NameOf(const ModelSnapshot& model, const VersionSnapshot& version) {
  return model.name + ", version \"" + version.name + "\": ";
}

// Adds the findings of a version: of the whole, then by window.
void AddFindings(const ModelSnapshot& model, int64_t now_ms,
                 std::vector<std::string>* findings) {
  std::vector<std::string> told;
  for (const VersionSnapshot& version : model.versions) {
    told.clear();
    for (const FindingKind& kind : FindingKinds()) {
      if (kind.tell_of_version != nullptr) {
        kind.tell_of_version(version, now_ms, &told);
      }
    }
    for (const WindowSnapshot& window : version.windows) {
      const WindowInput input(model, window);
      for (const FindingKind& kind : FindingKinds()) {
        if (kind.tell_of_window == nullptr || !kind.IsUsed(input)) continue;
        kind.tell_of_window(input, &told);
      }
    }
    for (const std::string& sentence : told) {
      findings->push_back(NameOf(model, version) + sentence);
    }
  }
}

void AppendRejections(const RejectionFigures& rejections, std::string* page) {
  if (rejections.recent.empty()) return;
  *page +=
      "<h2>Rejected last</h2>\n<table>\n<tr><th>Time</th><th>Model</th>"
      "<th>Code</th><th>Why</th></tr>\n";
  for (const RecentRejection& rejection : rejections.recent) {
    *page += "<tr>";
    for (const std::string& cell :
         {FormatTimestamp(rejection.time_ms), rejection.model, rejection.code,
          rejection.message}) {
      *page += "<td>";
      AppendEscaped(cell, page);
      *page += "</td>";
    }
    *page += "</tr>\n";
  }
  *page += "</table>\n";
}

}  // namespace

std::string LandingPage(const PublishedState& state, bool ready, int64_t now_ms,
                        const RejectionFigures& rejections) {
  std::vector<std::string> findings;
  if (ready) {
    VisitModels(state, now_ms, [&](const ModelSnapshot& model) {
      if (findings.size() <= kMost) AddFindings(model, now_ms, &findings);
    });
  }
  std::string page = kHead;
  if (ready) {
    page += findings.empty()
                ? "<p>Nothing is anomalous, and nothing has changed within a "
                  "day.</p>\n"
                : "<h2>Anomalous now, or changed within a day</h2>\n<ul>\n";
  }
  for (size_t i = 0; i < findings.size() && i < kMost; ++i) {
    page += "<li>";
    AppendEscaped(findings[i], &page);
    page += "</li>\n";
  }
  if (findings.size() > kMost) page += "<li>and more</li>\n";
  if (!findings.empty()) page += "</ul>\n";
  AppendRejections(rejections, &page);
  return page + "</body>\n</html>\n";
}

}  // namespace plumbline
