#include "daemon/store/recovery.h"

#include <utility>

namespace plumbline {

std::optional<Database::Stored> RestoreCheckpoint(const Database& database,
                                                  Pipeline* pipeline,
                                                  std::string* error) {
  auto stored = database.Read(error);
  if (!stored) return std::nullopt;
  std::string unknown;
  if (!stored->image.head.empty() &&
      !pipeline->Restore(stored->image, &unknown)) {
    *error = "the checkpoint in the store is sound, but not understood: " +
             (unknown.empty() ? "was it made by another version of plumbline?"
                              : unknown);
    return std::nullopt;
  }
  return stored;
}

std::function<bool(uint64_t, std::string_view)> Replayer(
    Pipeline* pipeline, std::string* error,
    std::function<bool(uint64_t)> goes_on) {
  return [pipeline, error, goes_on = std::move(goes_on)](
             uint64_t sequence, std::string_view record) {
    if (!goes_on(sequence)) {
      *error = "stopped while recovering";
      return false;
    }
    const auto status = pipeline->Replay(record);
    if (status == Pipeline::Status::kStoreUnread) {
      *error = "the stored pairs that record " + std::to_string(sequence) +
               " of the journal needs cannot be read; restore a copy of the "
               "store, or see what plumbtool check-storage says";
    }
    std::string unknown;
    if (status == Pipeline::Status::kJournalFailed &&
        !DecodeGroup(record, &unknown) && !unknown.empty()) {
      *error = "record " + std::to_string(sequence) +
               " of the journal is sound, but not understood: " + unknown;
    }
    return status == Pipeline::Status::kApplied;
  };
}

}  // namespace plumbline
