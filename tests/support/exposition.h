// The whole exposition of a collector.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "exporters/prometheus/collector.h"

namespace plumbline {

inline std::string Exposition(const Collector& collector) {
  std::map<size_t, std::string> families;
  Expose(collector, [&families](size_t family, std::string_view piece) {
    families[family] += piece;
  });
  std::string text;
  for (const auto& [family, of_family] : families) text += of_family;
  return text;
}

}  // namespace plumbline
