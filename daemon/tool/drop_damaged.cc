#include "daemon/tool/drop_damaged.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "daemon/store/files.h"

namespace plumbline {
namespace {

// db.damaged-1, or the next free name.
std::string FreeName(const std::string& store) {
  for (int i = 1;; ++i) {
    std::string name = store + "/db.damaged-" + std::to_string(i);
    if (!std::filesystem::exists(name)) return name;
  }
}

}  // namespace

std::string DescribeDamage(const Database& database) {
  std::string text;
  for (const Database::DamagedTable& table : database.FindDamaged()) {
    text += table.file + ": damaged, a table of " + table.family + " with " +
            std::to_string(table.entries) + " entries" +
            (table.opens ? "" : ", none of which can be read") + ": " +
            table.error + "\n";
  }
  if (text.empty()) return text;
  std::string error;
  if (!database.Read(&error)) {
    return text +
           "restore a copy of the store: the figures cannot be read, so "
           "--drop-damaged refuses. Without a copy move the store away and "
           "start with a new one, for which senders, or plumbtool backfill, "
           "bring the events again";
  }
  return text +
         "restore a copy of the store, or forget what cannot be read with "
         "--drop-damaged: of pairs, these ids are then new again; of history, "
         "these counts are missing";
}

std::string DropDamaged(const std::string& store) {
  const std::string made = store + "/salvage.tmp";
  const std::string database_path = store + "/db";
  std::error_code failed;
  std::filesystem::remove_all(made, failed);
  std::filesystem::create_directory(made, failed);
  if (failed) return made + ": " + failed.message();
  std::string error;
  std::optional<uint64_t> gaps;
  {
    const auto database = Database::OpenToRead(store, &error);
    if (database == nullptr) return error;
    if (database->FindDamaged().empty()) {
      std::filesystem::remove_all(made, failed);
      std::printf("no table is damaged: nothing was dropped\n");
      return "";
    }
    if (!database->Read(&error)) {
      std::filesystem::remove_all(made, failed);
      return DescribeDamage(*database);
    }
    gaps = database->CopyReadable(made, &error);
  }
  if (!gaps) {
    std::filesystem::remove_all(made, failed);
    return error;
  }
  // Atomic exchange: a store without a database would start empty.
  if (renameat2(AT_FDCWD, (made + "/db").c_str(), AT_FDCWD,
                database_path.c_str(), RENAME_EXCHANGE) != 0) {
    return database_path + ": cannot be exchanged: " + std::strerror(errno) +
           "; nothing was dropped";
  }
  const std::string kept = FreeName(store);
  std::filesystem::rename(made + "/db", kept, failed);
  if (failed) return kept + ": " + failed.message();
  std::filesystem::remove_all(made, failed);
  SyncDirectory(store);
  std::printf(
      "%s: readable data was rewritten, unreadable data in %llu places was "
      "dropped; the damaged files are in %s\n",
      store.c_str(), static_cast<unsigned long long>(*gaps), kept.c_str());
  return "";
}

}  // namespace plumbline
