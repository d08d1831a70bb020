#include "daemon/store/cut_manifest.h"

#include <cstdint>
#include <filesystem>

#include "daemon/store/database.h"
#include "daemon/store/segment.h"

namespace plumbline {

// A crash may also leave tables that the manifest does not name. Then the
// journal still has their records: it is dropped only after the manifest names
// the tables.
std::string FindCutManifest(const std::string& directory) {
  if (!std::filesystem::exists(directory + "/db/CURRENT")) return "";
  const auto segments = ListSegments(directory);
  if (!segments || segments->empty()) return "";
  std::string error;
  const auto database = Database::OpenToRead(directory, &error);
  if (database == nullptr) return "";  // opening it for writing says why
  const auto sequence = database->sequence();
  if (!sequence || segments->front() <= *sequence) return "";
  const size_t unnamed = database->UnnamedTables();
  if (unnamed == 0) return "";
  return directory + "/db: its MANIFEST is damaged: it ends before record " +
         std::to_string(*sequence) + ", and the journal begins with " +
         std::to_string(segments->front()) + "; it does not name " +
         std::to_string(unnamed) +
         " tables that are there. Nothing was changed: restore a copy of the "
         "store";
}

}  // namespace plumbline
