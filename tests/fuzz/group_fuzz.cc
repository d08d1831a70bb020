// Records of the journal: each record that decodes is valid and can be applied.

#include <string>

#include "core/engine/checkpoint.h"
#include "core/engine/pipeline.h"
#include "core/event/command.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/show.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// Windows of both kinds, all statistics, and low limits.
Settings Everything() {
  Settings settings;
  ModelSettings& rule = settings.defaults;
  rule.windows = {{.name = "1m", .length_ms = 60'000, .slots = 4},
                  {.name = "last_3", .last = 3}};
  rule.slices = {{"a"}, {"a", "b"}};
  rule.thresholds = {{"0.5", 0.5}};
  rule.detectors = {AdwinSettings{}, PageHinkleySettings{}, DdmSettings{},
                    HddmSettings{}};
  rule.drift.features = {"x"};
  rule.drift.first = 3;
  settings.matrix_classes = 3;
  return settings;
}

void Replay(std::string_view record, Pipeline* pipeline) {
  const auto status = pipeline->Replay(record);
  Expect(status == Pipeline::Status::kApplied, "a record can be applied");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input = InputOf(data, size);
  const auto group = DecodeGroup(input);
  if (!group) return 0;
  std::string again;
  EncodeGroup(group->View(), &again);
  Expect(DecodeGroup(again).has_value(), "what is written is read");

  static const std::string settings = [] {
    const Command command{Everything()};
    std::string record;
    EncodeGroup({1'700'000'000'000, {&command}}, &record);
    return record;
  }();
  Pipeline pipeline(nullptr);
  Replay(settings, &pipeline);
  Replay(input, &pipeline);
  Replay(again, &pipeline);
  const int64_t now_ms = pipeline.state().gauges().now_ms;
  Compute(pipeline.state(), now_ms);
  if (size % 8 == 0) Show(pipeline.state(), now_ms);
  pipeline.Exclusively([](State* state) {
    Pipeline restored(nullptr);
    Expect(restored.Restore(SaveState(state)), "what is saved can be restored");
  });
  return 0;
}
