// Unpacking of gzip and deflate. Packed text is restored.

#include <string>

#include "daemon/gzip/gzip.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/gzip.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr size_t kMost = 1 << 20;

void ExpectBounded(GunzipStatus status, const std::string& out, size_t asked) {
  Expect(asked <= kMost + 1, "no more is asked for than may be unpacked");
  if (status == GunzipStatus::kOk) {
    Expect(out.size() <= kMost, "no more is unpacked than is allowed");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input = InputOf(data, size);
  std::string out;
  size_t asked = 0;
  const auto grow = [&asked](size_t n) {
    asked += n;
    return true;
  };
  ExpectBounded(Gunzip(input, kMost, grow, &out), out, asked);
  asked = 0;
  ExpectBounded(Inflate(input, kMost, grow, &out), out, asked);
  Expect(Gunzip(Gzip(input), size, grow, &out) == GunzipStatus::kOk &&
             out == input,
         "what was packed comes back");
  return 0;
}
