#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "core/engine/pipeline.h"
#include "daemon/process/owner.h"
#include "daemon/store/cut_manifest.h"
#include "daemon/store/database.h"
#include "daemon/store/journal_loss.h"
#include "daemon/store/key_filter.h"
#include "daemon/store/recovery.h"
#include "daemon/store/segment.h"
#include "daemon/store/store_directory.h"
#include "daemon/store/stored_pairs.h"
#include "daemon/tool/commands.h"
#include "daemon/tool/drop_damaged.h"
#include "daemon/tool/progress.h"

namespace plumbline {
namespace {

bool HasTables(const std::string& path) {
  std::error_code none;
  const auto entries = std::filesystem::directory_iterator(path + "/db", none);
  return !none && std::any_of(begin(entries), end(entries), [](const auto& e) {
    return e.path().extension() == ".sst";
  });
}

// The problems of the store, or an empty string. Changes nothing, except with
// --drop-damaged.
std::string Check(const CheckStorageFlags& flags, JournalEnd* end,
                  uint64_t* checkpoint_sequence) {
  const std::string& path = flags.path;
  if (!std::filesystem::exists(path + "/PLUMBLINE")) {
    return path + ": is not a store of plumbline";
  }
  std::string error;
  const auto directory = StoreDirectory::Open(path, &error);
  if (directory == nullptr) return error;
  if (std::string cut = FindCutManifest(path); !cut.empty()) return cut;
  if (flags.drop_damaged) {
    if (std::string wrong = DropDamaged(path); !wrong.empty()) return wrong;
  }
  Pipeline pipeline(nullptr);
  std::unique_ptr<Database> database;
  std::unique_ptr<StoredPairs> pairs;
  const KeyFilter filter(0);  // empty: every key is looked up
  bool checked = false;
  if (std::filesystem::exists(path + "/db/CURRENT") || HasTables(path)) {
    database = Database::OpenToRead(path, &error);
    if (database == nullptr) return error;
    if (std::string damage = DescribeDamage(*database); !damage.empty()) {
      return damage;
    }
    pairs = std::make_unique<StoredPairs>(database.get(), &filter, nullptr);
    pipeline.UseStore(pairs.get(), SIZE_MAX, SIZE_MAX);
    const auto stored = RestoreCheckpoint(*database, &pipeline, &error);
    if (!stored) return path + ": " + error;
    *checkpoint_sequence = stored->sequence;
    checked = stored->journal_checked;
    // Reading a block of pairs verifies its checksum.
    Progress progress("checking", "pairs");
    uint64_t pairs_read = 0;
    const auto count = [&](const PairKey&) {
      progress.Show(-1, ++pairs_read);
      return true;
    };
    if (!database->ForEachKey(count) ||
        !database->ForEachHistory([](auto, auto) { return true; })) {
      return path + "/db: cannot all be read; restore it from a backup";
    }
  }
  const auto journal = ReadJournal(directory->path(), *checkpoint_sequence,
                                   Replayer(&pipeline, &error), &error);
  if (!journal) return error;
  *end = *journal;
  const auto loss = FindLoss(directory->path(), *journal, checked);
  return loss ? loss->what + "; " + loss->advice : "";
}

}  // namespace

int CheckStorage(const CheckStorageFlags& flags) {
  ActAsOwnerOf(flags.path);
  JournalEnd end;
  uint64_t checkpoint = 1;
  const std::string wrong = Check(flags, &end, &checkpoint);
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
