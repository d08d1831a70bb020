#include "daemon/store/recovery.h"

namespace plumbline {

std::optional<Database::Stored> RestoreCheckpoint(const Database& database,
                                                  Pipeline* pipeline,
                                                  std::string* error) {
  auto stored = database.Read(error);
  if (!stored) return std::nullopt;
  if (!stored->image.head.empty() && !pipeline->Restore(stored->image)) {
    *error =
        "the checkpoint in the store is sound, but not understood; was it "
        "made by another version of plumbline?";
    return std::nullopt;
  }
  return stored;
}

std::function<bool(uint64_t, std::string_view)> Replayer(Pipeline* pipeline,
                                                         std::string* error) {
  return [pipeline, error](uint64_t sequence, std::string_view record) {
    const auto status = pipeline->Replay(record);
    if (status == Pipeline::Status::kStoreFailed) {
      *error = "the stored pairs that record " + std::to_string(sequence) +
               " of the journal needs cannot be read";
    }
    return status == Pipeline::Status::kApplied;
  };
}

}  // namespace plumbline
