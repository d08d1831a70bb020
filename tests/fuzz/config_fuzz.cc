// The configuration. The engine settings that it yields survive being stored
// and read back.

#include <string>
#include <vector>

#include "config/loader.h"
#include "core/settings/settings.h"
#include "tests/fuzz/fuzz.h"

using namespace plumbline;  // NOLINT: a test

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(InputOf(data, size), &problems);
  Expect(config.has_value() == problems.empty(),
         "a configuration is taken, or what is wrong with it is told");
  Describe("plumbline.yaml", problems);
  if (!config) return 0;
  const std::string stored = EncodeSettings(config->engine);
  const auto read = DecodeSettings(stored);
  Expect(read.has_value(), "settings that are configured can be stored");
  Expect(EncodeSettings(*read) == stored, "stored settings stay the same");
  return 0;
}
