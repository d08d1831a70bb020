#include "core/advice.h"

#include <algorithm>

namespace plumbline {
namespace {

bool IsPlain(char c) {
  constexpr std::string_view kPlain = "_-.:/@%+,";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
}

}  // namespace

std::string DeleteCommand(std::string_view model) {
  std::string command = "plumbtool delete ";
  if (model.starts_with('-')) command += "-- ";
  if (std::all_of(model.begin(), model.end(), IsPlain)) {
    return command + std::string(model);
  }
  command += '\'';
  for (const char c : model) {
    command += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return command + '\'';
}

}  // namespace plumbline
