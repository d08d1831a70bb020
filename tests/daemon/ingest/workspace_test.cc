#include "daemon/ingest/workspace.h"

#include <string>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a trimmed workspace gives back what a large request took") {
  const IdHasher hasher = IdHasher::Random();
  Workspace workspace(&hasher);
  std::string body;
  for (int i = 0; i < 5000; ++i) {
    const std::string name = std::to_string(i) + std::string(100, 'x');
    body += "{\"model\":\"" + name + "\",\"prediction\":\"" + name +
            "\",\"label\":1}\n";
  }
  body += "{\"" + std::string(1'000'000, 'y') + "\":1}\n";
  body.reserve(body.size() + BodyDecoder::Padding());
  std::string message;
  workspace.decoder->Decode(body, BodyFormat::kNdjson, {}, 0,
                            &workspace.decoded, &message);
  REQUIRE(workspace.decoded.errors.size() == 1);
  CHECK(workspace.decoded.errors[0].field.size() <= 128);
  workspace.Trim(64 * 1024);
  CHECK(workspace.decoded.batch.names.bytes().capacity() <= 64 * 1024);
  CHECK(workspace.decoded.batch.events.capacity() * sizeof(Event) <= 64 * 1024);
  CHECK(workspace.decoder->capacity() <= 64 * 1024);
}

TEST_CASE("the workspace that was used last is used next") {
  const IdHasher hasher = IdHasher::Random();
  WorkspacePool pool(&hasher);
  const Workspace* first = nullptr;
  {
    const WorkspacePool::Lease lease(&pool);
    first = lease.get();
    const WorkspacePool::Lease other(&pool);
    CHECK(other.get() != first);
  }
  const WorkspacePool::Lease again(&pool);
  CHECK(again.get() == first);
}
