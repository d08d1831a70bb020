#include "daemon/store/answered_page.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/codec/bytes.h"
#include "daemon/hash/checksum.h"
#include "daemon/store/files.h"

namespace plumbline {
namespace {

constexpr uint64_t kMagic = 0x31444e4152454c50;  // "PLERAND1"
constexpr uint32_t kFormat = 1;
constexpr size_t kPageBytes = 4096;
constexpr size_t kHeaderBytes = 64;
constexpr size_t kBootBytes = 40;
constexpr size_t kSlotBytes = 32;
// Each slot is in a sector of its own.
constexpr std::array<size_t, 2> kSlots = {512, 1024};

using Boot = std::array<char, kBootBytes>;

// Zeros if the system does not tell the boot.
Boot ThisBoot() {
  Boot boot{};
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string text;
  in >> text;
  std::copy_n(text.begin(), std::min(text.size(), boot.size()), boot.begin());
  return boot;
}

std::string EncodeHeader(bool synced, const Boot& boot) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Put(kMagic);
  out.Put(kFormat);
  out.Put(uint32_t{synced});
  out.Put(boot);
  out.Put(Checksum(bytes));
  return bytes;
}

using SlotBytes = std::array<char, kSlotBytes>;

SlotBytes EncodeSlot(const Answered& answered) {
  const std::array<uint64_t, 3> parts = {answered.next_sequence,
                                         answered.segment, answered.length};
  SlotBytes bytes;
  std::memcpy(bytes.data(), parts.data(), sizeof(parts));
  const uint64_t checksum = Checksum({bytes.data(), sizeof(parts)});
  std::memcpy(bytes.data() + sizeof(parts), &checksum, sizeof(checksum));
  return bytes;
}

std::optional<Answered> DecodeSlot(std::string_view bytes) {
  ByteReader in(bytes);
  Answered answered;
  answered.next_sequence = in.Get<uint64_t>();
  answered.segment = in.Get<uint64_t>();
  answered.length = in.Get<uint64_t>();
  const SlotBytes sound = EncodeSlot(answered);
  if (bytes != std::string_view(sound.data(), sound.size())) {
    return std::nullopt;
  }
  return answered;
}

std::optional<AnsweredPage::Content> Decode(std::string_view page) {
  if (page.size() != kPageBytes) return std::nullopt;
  ByteReader in(page);
  in.Get<uint64_t>();
  in.Get<uint32_t>();
  const bool synced = in.Get<uint32_t>() != 0;
  const Boot boot = in.Get<Boot>();
  if (page.substr(0, kHeaderBytes) != EncodeHeader(synced, boot)) {
    return std::nullopt;
  }
  std::optional<Answered> last;
  for (const size_t place : kSlots) {
    const auto answered = DecodeSlot(page.substr(place, kSlotBytes));
    if (answered && (!last || answered->next_sequence > last->next_sequence)) {
      last = answered;
    }
  }
  if (!last) return std::nullopt;
  return AnsweredPage::Content{*last, synced, boot == ThisBoot()};
}

std::string PathIn(const std::string& directory) {
  return directory + "/" + AnsweredPage::kName;
}

}  // namespace

AnsweredPage::Found AnsweredPage::Read(const std::string& directory) {
  const std::string path = PathIn(directory);
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open()) return {access(path.c_str(), F_OK) == 0, std::nullopt};
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return {true, Decode(bytes)};
}

std::unique_ptr<AnsweredPage> AnsweredPage::Make(const std::string& directory,
                                                 bool synced,
                                                 const Answered& answered) {
  std::string bytes = EncodeHeader(synced, ThisBoot());
  bytes.resize(kPageBytes);
  const SlotBytes slot = EncodeSlot(answered);
  std::copy(slot.begin(), slot.end(), bytes.begin() + kSlots[0]);
  const std::string path = PathIn(directory);
  // Synced, since a loss of power could otherwise leave an empty file. If
  // syncing fails, only durability power refuses to start.
  Written written = WriteFileWhole(path, {bytes}, true);
  if (written == Written::kNo && !synced) {
    written = WriteFileWhole(path, {bytes}, false);
  }
  if (written == Written::kNo) return nullptr;
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return nullptr;
  const auto id = FileIdOf(fd);
  if (!id) {
    close(fd);
    return nullptr;
  }
  return std::unique_ptr<AnsweredPage>(new AnsweredPage(path, fd, *id));
}

AnsweredPage::~AnsweredPage() { close(fd_); }

// Written, not mapped: a disk error does not raise a signal. If the write
// fails, the page covers fewer records until the next write, which is safe.
void AnsweredPage::Set(const Answered& answered) {
  const SlotBytes slot = EncodeSlot(answered);
  [[maybe_unused]] const ssize_t written =
      pwrite(fd_, slot.data(), slot.size(), static_cast<off_t>(kSlots[turn_]));
  turn_ ^= 1;
}

bool AnsweredPage::IsThere() const {
  struct stat info {};
  return stat(path_.c_str(), &info) == 0 && info.st_size == kPageBytes &&
         FileIdAt(path_) == id_;
}

}  // namespace plumbline
