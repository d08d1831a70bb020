// Bodies of events. Accepted events survive the journal unchanged, and make
// valid lines of an event log.

#include <cstring>
#include <memory>
#include <numeric>
#include <string>

#include "core/event/command.h"
#include "daemon/decode/body.h"
#include "daemon/eventlog/records.h"
#include "tests/fuzz/fuzz.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr int64_t kNowUs = 1'700'000'000'000'000;

DecodeLimits Limits() {
  DecodeLimits limits;
  limits.events_per_request = 100;
  limits.classes = 10;
  limits.keeps_values = true;
  limits.features = std::make_shared<const FeatureNames>(FeatureNames{"x"});
  return limits;
}

void ExpectStorable(EventBatch batch) {
  const Command command{std::move(batch)};
  std::string stored;
  EncodeGroup({kNowUs / 1000, {&command}}, &stored);
  const auto read = DecodeGroup(stored);
  Expect(read.has_value(), "what was taken can be read from a journal");
  std::string again;
  EncodeGroup(read->View(), &again);
  Expect(again == stored, "what is read from a journal is what was taken");
}

void LogAll(const DecodedBody& decoded) {
  const auto count = static_cast<uint32_t>(decoded.batch.events.size());
  Expect(decoded.sent.events() == count, "the values of each event are kept");
  LoggedRequest request;
  request.sent = decoded.sent;
  for (uint32_t place = 0; place < count; ++place) {
    request.events.push_back({place, {true, true}});
  }
  static const Redaction redaction({"metadata", "features.x"});
  LogCounts counts{};
  WriteRecords(request, redaction, [&counts](const std::string& lines) {
    const LogCounts some = CountRecords(lines);
    for (size_t i = 0; i < counts.size(); ++i) counts[i] += some[i];
  });
  Expect(counts == request.Records(), "each event has its lines in a log");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const IdHasher hasher = IdHasher::Random();
  static BodyDecoder decoder(&hasher);
  static const DecodeLimits limits = Limits();
  std::string_view input = InputOf(data, size);
  const auto format = static_cast<BodyFormat>(TakeByte(&input) % 3);
  // Of the exact size, so that AddressSanitizer sees reads beyond it.
  const auto padded =
      std::make_unique<char[]>(input.size() + BodyDecoder::Padding());
  std::memcpy(padded.get(), input.data(), input.size());
  const std::string_view body(padded.get(), input.size());
  DecodedBody decoded;
  std::string message;
  const BodyStatus status =
      decoder.Decode(body, format, limits, kNowUs, &decoded, &message);
  Expect((status == BodyStatus::kOk) == message.empty(),
         "a body is taken, or what is wrong with it is told");
  if (status != BodyStatus::kOk) return 0;
  const uint64_t rejected = std::accumulate(
      decoded.rejected.begin(), decoded.rejected.end(), uint64_t{0});
  Expect(decoded.batch.events.size() + rejected == decoded.events,
         "each event is taken or rejected");
  LogAll(decoded);
  ExpectStorable(std::move(decoded.batch));
  return 0;
}
