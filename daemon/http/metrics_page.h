// /metrics: what the collector has, packed once and sent to all who asked.

#pragma once

#include <functional>

#include "daemon/http/message.h"
#include "daemon/http/renderings.h"
#include "exporters/prometheus/collector.h"

namespace plumbline {

// [Any thread]
class MetricsPage {
 public:
  // `rendered` is told how long each rendering took.
  MetricsPage(const Collector* collector,
              std::function<void(double seconds)> rendered)
      : collector_(collector), rendered_(std::move(rendered)) {}

  HttpResponse Answer(bool accepts_gzip);

 private:
  PackedText Render() const;

  const Collector* const collector_;
  const std::function<void(double)> rendered_;
  Renderings renderings_;
};

}  // namespace plumbline
