// Text as one gzip member.

#pragma once

#include <string>
#include <string_view>

#include "daemon/gzip/gzip_parts.h"

namespace plumbline {

inline std::string Gzip(std::string_view text) {
  GzipParts parts;
  parts.Append(0, text);
  return parts.Finish().gzip;
}

}  // namespace plumbline
