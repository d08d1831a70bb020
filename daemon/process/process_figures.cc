#include "daemon/process/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace plumbline {
namespace {

// The fields of /proc/self/stat behind the command, which may hold spaces.
std::istringstream StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const size_t end = line.rfind(')');
  return std::istringstream(end == std::string::npos ? ""
                                                     : line.substr(end + 2));
}

double BootTime() {
  std::ifstream file("/proc/stat");
  std::string word;
  while (file >> word) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));

  std::istringstream stat = StatFields();
  std::string field;
  for (int number = 3; stat >> field; ++number) {  // proc(5) counts from 1
    const double value = std::strtod(field.c_str(), nullptr);
    if (number == 14 || number == 15) figures.cpu_seconds += value / ticks;
    if (number == 22) figures.start_time_seconds = BootTime() + value / ticks;
    if (number == 23) figures.virtual_bytes = value;
    if (number == 24) figures.resident_bytes = value * page;
  }

  std::error_code error;
  const std::filesystem::directory_iterator fds("/proc/self/fd", error);
  if (!error) {
    figures.open_fds = static_cast<double>(
        std::distance(begin(fds), std::filesystem::directory_iterator()));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    figures.max_fds = static_cast<double>(limit.rlim_cur);
  }
  return figures;
}

}  // namespace plumbline
