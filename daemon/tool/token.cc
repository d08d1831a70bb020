#include "daemon/tool/token.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace plumbline {

std::optional<std::string> ReadToken(const std::string& file) {
  if (file.empty()) {
    const char* token = std::getenv("PLUMBLINE_TOKEN");
    return token == nullptr ? "" : token;
  }
  std::ifstream input(file);
  std::string token;
  std::string more;
  if (input >> token && !(input >> more)) return token;
  std::fprintf(stderr, "plumbtool: %s: must have a token, and nothing else\n",
               file.c_str());
  return std::nullopt;
}

}  // namespace plumbline
