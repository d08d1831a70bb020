#include <cstdio>
#include <filesystem>
#include <string>

#include "core/pipeline.h"
#include "daemon/store/checkpoint_file.h"
#include "daemon/store/segment.h"
#include "daemon/store/store_directory.h"
#include "daemon/tool/commands.h"

namespace plumbline {
namespace {

// What is wrong with the store, or nothing. Changes nothing in it.
std::string Check(const std::string& path, JournalEnd* end,
                  uint64_t* checkpoint_sequence) {
  if (!std::filesystem::exists(path + "/PLUMBLINE")) {
    return path + ": is no store of plumbline";
  }
  std::string error;
  const auto directory = StoreDirectory::Open(path, &error);
  if (directory == nullptr) return error;
  const auto checkpoint = ReadCheckpoint(directory->path(), &error);
  if (!checkpoint) return error;
  *checkpoint_sequence = checkpoint->sequence;
  Pipeline pipeline(nullptr);
  if (!checkpoint->payload.empty() && !pipeline.Restore(checkpoint->payload)) {
    return path + ": the checkpoint is sound, but not understood";
  }
  const auto journal = ReadJournal(
      directory->path(), checkpoint->sequence,
      [&pipeline](uint64_t, std::string_view record) {
        return pipeline.Replay(record);
      },
      &error);
  if (!journal) return error;
  *end = *journal;
  return "";
}

}  // namespace

int CheckStorage(const CheckStorageFlags& flags) {
  JournalEnd end;
  uint64_t checkpoint = 1;
  const std::string wrong = Check(flags.path, &end, &checkpoint);
  if (!wrong.empty()) {
    std::fprintf(stderr, "%s\n", wrong.c_str());
    return 1;
  }
  std::printf(
      "%s: good; checkpoint before record %llu, %llu records follow%s\n",
      flags.path.c_str(), static_cast<unsigned long long>(checkpoint),
      static_cast<unsigned long long>(end.next_sequence - checkpoint),
      end.has_segment && end.last.torn
          ? ", and a torn tail that the next start cuts"
          : "");
  return 0;
}

}  // namespace plumbline
