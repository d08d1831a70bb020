#include "exporters/api/landing.h"

#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

#include "core/event/timestamp.h"
#include "core/snapshot/anomalies.h"
#include "core/snapshot/figures.h"
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
constexpr int64_t kRecentMs = 86'400'000;
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

std::string Number(double number) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3g", number);
  return text.data();
}

std::string NameOf(const ModelSnapshot& model, const VersionSnapshot& version) {
  return model.name + ", version \"" + version.name + "\": ";
}

void AddFindings(const ModelSnapshot& model, int64_t now_ms,
                 std::vector<std::string>* findings) {
  for (const VersionSnapshot& version : model.versions) {
    const std::string name = NameOf(model, version);
    for (const DetectorSnapshot& detector : DetectorsOf(version)) {
      if (detector.last_change_ms <= now_ms - kRecentMs) continue;
      findings->push_back(name + "mean error changed from " +
                          Number(detector.last_change.before) + " to " +
                          Number(detector.last_change.after) + " at " +
                          FormatTimestamp(detector.last_change_ms) + " (" +
                          std::string(DetectorName(detector.kind)) + ")");
    }
    for (const WindowSnapshot& window : version.windows) {
      if (window.expected.empty()) continue;
      for (const Anomaly& anomaly :
           AnomaliesOf(model, window, FiguresOf(model, window))) {
        if (!anomaly.anomalous) continue;
        findings->push_back(
            name + anomaly.metric + " over " + window.settings.name + " is " +
            Number(anomaly.score) + " standard deviations from its history");
      }
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
