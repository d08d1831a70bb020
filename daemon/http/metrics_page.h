// /metrics: rendered and compressed once for all concurrent scrapes.

#pragma once

#include <functional>

#include "daemon/http/message.h"
#include "daemon/http/renderings.h"
#include "exporters/prometheus/collector.h"

namespace plumbline {

// [Any thread]
class MetricsPage {
 public:
  // `rendered` is called with the duration of each rendering.
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
