// A pipeline restored from a checkpoint and the journal after it is like the
// one that wrote them.

#pragma once

#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"

namespace plumbline {

// Loads the last checkpoint, replays the records after it, and compares.
inline void CompareRestored(const Engine& engine,
                            const SteppedCheckpoint& checkpoint,
                            const MapStore& store) {
  MapStore copy = store;
  Pipeline restored(nullptr);
  restored.UseStore(&copy, 10, 1000);
  REQUIRE(restored.Restore(checkpoint.stored_image));
  for (size_t i = checkpoint.stored_at; i < engine.journal.records.size();
       ++i) {
    REQUIRE(restored.Replay(engine.journal.records[i]) ==
            Pipeline::Status::kApplied);
  }
  REQUIRE(Describe(restored.state(), engine.now_ms) ==
          Describe(engine.pipeline.state(), engine.now_ms));
}

}  // namespace plumbline
