#include "daemon/store/checkpoint_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "core/bytes.h"
#include "daemon/hash/checksum.h"
#include "daemon/store/files.h"

namespace plumbline {
namespace {

constexpr char kPrefix[] = "checkpoint-";
constexpr uint64_t kMagic = 0x31544b4843424c50;  // "PLBCHKT1"
constexpr uint32_t kFormat = 1;
constexpr size_t kHeaderBytes = 32;

std::string PathOf(const std::string& directory, uint64_t sequence) {
  return directory + "/" + NumberedName(kPrefix, sequence);
}

std::string Header(uint64_t sequence, std::string_view payload) {
  std::string header;
  ByteWriter out(&header);
  out.Put(kMagic);
  out.Put(kFormat);
  out.Put(uint32_t{0});
  out.Put(sequence);
  out.Put(Checksum(payload));
  return header;
}

}  // namespace

std::optional<CheckpointFile> ReadCheckpoint(const std::string& directory,
                                             std::string* error) {
  const auto all = ListNumbered(directory, kPrefix);
  if (!all) {
    *error = directory + ": cannot be read: " + std::strerror(errno);
    return std::nullopt;
  }
  CheckpointFile checkpoint;
  if (all->empty()) return checkpoint;
  checkpoint.sequence = all->back();
  const std::string path = PathOf(directory, checkpoint.sequence);
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  ByteReader reader(bytes);
  const bool ours = reader.Get<uint64_t>() == kMagic;
  const auto format = reader.Get<uint32_t>();
  if (ours && format > kFormat) {
    *error = path + ": is of format " + std::to_string(format) +
             ", made by a newer plumbline; this one reads up to " +
             std::to_string(kFormat);
    return std::nullopt;
  }
  if (bytes.size() < kHeaderBytes ||
      bytes.substr(0, kHeaderBytes) !=
          Header(checkpoint.sequence,
                 std::string_view(bytes).substr(kHeaderBytes))) {
    *error = path +
             ": is damaged; restore it, and the journal beside it, from "
             "a backup";
    return std::nullopt;
  }
  checkpoint.payload = bytes.erase(0, kHeaderBytes);
  return checkpoint;
}

bool WriteCheckpoint(const std::string& directory, uint64_t sequence,
                     std::string_view payload) {
  return WriteFileWhole(PathOf(directory, sequence),
                        {Header(sequence, payload), payload},
                        true) == Written::kYes;
}

void DropCheckpointsBefore(const std::string& directory, uint64_t sequence) {
  const auto all = ListNumbered(directory, kPrefix);
  if (!all) return;
  for (const uint64_t old : *all) {
    if (old < sequence) unlink(PathOf(directory, old).c_str());
  }
}

}  // namespace plumbline
