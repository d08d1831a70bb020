#include "core/settings/advice.h"

#include <algorithm>

namespace plumbline {
namespace {

bool IsPlain(char c) {
  constexpr std::string_view kPlain = "_-.:/@%+,";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
}

std::string ForShell(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), IsPlain)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted + '\'';
}

}  // namespace

std::string DeleteCommand(std::string_view model, std::string_view url) {
  std::string command = "plumbtool delete ";
  if (!url.empty()) command += "--url " + ForShell(url) + ' ';
  if (model.starts_with('-')) command += "-- ";
  return command + ForShell(model);
}

}  // namespace plumbline
