// The web configuration file, read from a file in memory.

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "config/web_config.h"
#include "tests/fuzz/fuzz.h"

using namespace plumbline;  // NOLINT: a test

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const int fd = memfd_create("users", MFD_CLOEXEC);
  Expect(fd >= 0 && write(fd, data, size) == static_cast<ssize_t>(size),
         "a file in memory can be written");
  std::vector<ConfigProblem> problems;
  const auto config =
      LoadWebConfig("/proc/self/fd/" + std::to_string(fd), &problems);
  close(fd);
  Expect(config.has_value() == problems.empty(),
         "a users file is taken, or what is wrong with it is told");
  return 0;
}
