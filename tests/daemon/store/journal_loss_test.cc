// Starts with answered records missing in the journal.

#include "daemon/store/journal_loss.h"

#include <filesystem>
#include <string>
#include <vector>

#include "core/codec/bytes.h"
#include "daemon/hash/checksum.h"
#include "daemon/store/file_journal.h"
#include "tests/support/catch.h"
#include "tests/support/opened_journal.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

namespace {

Opened Open(JournalOptions options) {
  Opened opened;
  opened.journal = FileJournal::Open(
      options,
      [&opened](uint64_t, std::string_view record) {
        opened.records.emplace_back(record);
        return true;
      },
      &opened.error);
  return opened;
}

// Appends records "1", "2" and so on, three to a segment.
void Fill(const TemporaryDirectory& directory, int count,
          Durability durability = Durability::kProcess) {
  const Opened opened =
      Open({.directory = directory.path, .durability = durability});
  REQUIRE(opened.journal != nullptr);
  for (int i = 1; i <= count; ++i) {
    REQUIRE(opened.journal->Append(std::to_string(i)) == Appended::kStored);
    if (i % 3 == 0) opened.journal->Rotate();
  }
}

void Remove(const TemporaryDirectory& directory, const std::string& name) {
  std::filesystem::remove(directory.path + "/" + name);
}

void Cut(const TemporaryDirectory& directory, uint64_t segment, size_t bytes) {
  const std::string name = SegmentName(segment);
  const std::string whole = directory.Read(name);
  REQUIRE(whole.size() > bytes);
  directory.Write(name, whole.substr(0, whole.size() - bytes));
}

// Makes the page look as if the machine had been rebooted.
void Reboot(const TemporaryDirectory& directory) {
  constexpr size_t kBoot = 16;
  constexpr size_t kChecksum = 56;
  std::string page = directory.Read("answered");
  page[kBoot] = static_cast<char>(page[kBoot] ^ 1);
  std::string checksum;
  ByteWriter(&checksum).Put(Checksum(page.substr(0, kChecksum)));
  page.replace(kChecksum, checksum.size(), checksum);
  directory.Write("answered", page);
}

bool Mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string Damage(const TemporaryDirectory& directory, int how) {
  switch (how) {
    case 0:
      Cut(directory, 7, 1);
      return "1 group of";
    case 1:
      Remove(directory, SegmentName(7));
      return "2 groups of";
    case 2:
      for (const uint64_t segment : {1, 4, 7}) {
        Remove(directory, SegmentName(segment));
      }
      return "8 groups of";
    case 3:
      Remove(directory, SegmentName(4));
      return "5 groups of";
    default:
      Cut(directory, 4, 1);
      return "3 groups of";
  }
}

}  // namespace

TEST_CASE("a journal that lost its end is refused, and goes on if accepted") {
  const int how = GENERATE(0, 1, 2, 3, 4);
  const auto durability = GENERATE(Durability::kProcess, Durability::kPower);
  CAPTURE(how);
  const TemporaryDirectory directory;
  Fill(directory, 8, durability);
  const std::string lost = Damage(directory, how);
  JournalOptions options{.directory = directory.path, .durability = durability};
  for (int i = 0; i < 2; ++i) {
    const Opened refused = Open(options);
    REQUIRE(refused.journal == nullptr);
    INFO(refused.error);
    CHECK(Mentions(refused.error, "--storage.accept-loss"));
    CHECK(Mentions(refused.error, lost));
    CHECK(Mentions(refused.error, "journal-0"));
  }
  options.accepts_loss = true;
  Records sound;
  {
    const Opened accepted = Open(options);
    REQUIRE(accepted.journal != nullptr);
    REQUIRE(accepted.journal->loss());
    CHECK(Mentions(lost, std::to_string(accepted.journal->loss()->groups)));
    sound = accepted.records;
    REQUIRE(accepted.journal->Append("new") == Appended::kStored);
  }
  sound.emplace_back("new");
  options.accepts_loss = false;
  const Opened again = Open(options);
  REQUIRE(again.journal != nullptr);
  CHECK_FALSE(again.journal->loss());
  CHECK(again.records == sound);
}

TEST_CASE("after a restart of the machine only what was synced is missed") {
  const int how = GENERATE(0, 1, 2, 4);
  const TemporaryDirectory directory;
  SECTION("durability process goes on, and says so") {
    Fill(directory, 8);
    Damage(directory, how);
    Reboot(directory);
    {
      const Opened opened = Open({.directory = directory.path});
      REQUIRE(opened.journal != nullptr);
      REQUIRE(opened.journal->loss());
      CHECK(opened.journal->loss()->is_expected);
      CHECK(opened.journal->loss()->groups > 0);
    }
    const Opened again = Open({.directory = directory.path});
    REQUIRE(again.journal != nullptr);
    CHECK_FALSE(again.journal->loss());
  }
  SECTION("durability power refuses") {
    Fill(directory, 8, Durability::kPower);
    Damage(directory, how);
    Reboot(directory);
    CHECK(Open({.directory = directory.path}).journal == nullptr);
  }
}

TEST_CASE("a flipped bit is no loss of power") {
  const TemporaryDirectory directory;
  Fill(directory, 2);
  std::string bytes = directory.Read(SegmentName(1));
  bytes[kSegmentHeaderBytes + kRecordHeaderBytes] ^= 1;
  directory.Write(SegmentName(1), bytes);
  Reboot(directory);
  JournalOptions options{.directory = directory.path};
  CHECK(Open(options).journal == nullptr);
  options.accepts_loss = true;
  {
    const Opened opened = Open(options);
    REQUIRE(opened.journal != nullptr);
    CHECK(opened.records.empty());
    CHECK(opened.journal->loss()->groups == 2);
    CHECK(directory.Read(SegmentName(1) + ".lost") == bytes);
  }
  // Files set aside stay when more are added.
  bytes.back() ^= 1;
  directory.Write(SegmentName(1), bytes);
  REQUIRE(Open(options).journal != nullptr);
  CHECK(directory.Read(SegmentName(1) + ".lost") != bytes);
  CHECK(directory.Read(SegmentName(1) + ".lost-2") == bytes);
}

TEST_CASE("one who refuses every loss changes nothing that tells of it") {
  const TemporaryDirectory directory;
  Fill(directory, 2);
  std::filesystem::remove(directory.path + "/" + SegmentName(1));
  Reboot(directory);
  JournalOptions options{.directory = directory.path, .refuses_loss = true};
  const Opened refused = Open(options);
  CHECK(refused.journal == nullptr);
  CHECK_THAT(refused.error, Catch::Contains("start plumbline first"));
  // The daemon continues by itself, and reports the loss.
  options.refuses_loss = false;
  uint64_t told = 0;
  options.on_loss = [&told](const JournalLoss& loss) { told = loss.groups; };
  CHECK(Open(options).journal != nullptr);
  CHECK(told == 2);
}

TEST_CASE("what was written and not answered is no loss") {
  const TemporaryDirectory directory;
  Fill(directory, 2);
  const std::string page = directory.Read("answered");
  Fill(directory, 1);
  directory.Write("answered", page);  // killed before the page was written
  Cut(directory, 1, 1);
  const Opened opened = Open({.directory = directory.path});
  REQUIRE(opened.journal != nullptr);
  CHECK_FALSE(opened.journal->loss());
  CHECK(opened.records == Records{"1", "2"});
}

TEST_CASE("what a checkpoint has is no loss") {
  const TemporaryDirectory directory;
  Fill(directory, 8);
  for (const uint64_t segment : {1, 4, 7}) {
    Remove(directory, SegmentName(segment));
  }
  const Opened opened =
      Open({.directory = directory.path, .from = 9, .checked = true});
  REQUIRE(opened.journal != nullptr);
  CHECK_FALSE(opened.journal->loss());
}

TEST_CASE("a store of before there were pages gets one") {
  const TemporaryDirectory directory;
  Fill(directory, 4);
  Remove(directory, "answered");
  {
    // A checkpoint that knows of a page reports it missing.
    const Opened missing = Open({.directory = directory.path, .checked = true});
    CHECK(missing.journal == nullptr);
    CHECK(Mentions(missing.error, "answered: is missing"));
    directory.Write("answered", "x");
    CHECK(Mentions(Open({.directory = directory.path}).error,
                   "answered: is damaged"));
    Remove(directory, "answered");
  }
  REQUIRE(Open({.directory = directory.path}).journal != nullptr);
  Cut(directory, 4, 1);
  CHECK(Open({.directory = directory.path}).journal == nullptr);
}

TEST_CASE("without a page nothing is taken") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path + "/answered.tmp");
  const Opened opened = Open({.directory = directory.path});
  REQUIRE(opened.journal != nullptr);
  CHECK_FALSE(opened.journal->checked());
  CHECK(opened.journal->Append("1") == Appended::kNotStored);
  std::filesystem::remove(directory.path + "/answered.tmp");
  CHECK(opened.journal->Append("1") == Appended::kStored);
  CHECK(opened.journal->checked());
}

TEST_CASE("a journal whose files are removed is not there") {
  const TemporaryDirectory directory;
  const std::string path = directory.path + "/store";
  std::filesystem::create_directory(path);
  const Opened opened = Open({.directory = path});
  const FileJournal& journal = *opened.journal;
  REQUIRE(opened.journal->Append("1") == Appended::kStored);
  CHECK(journal.IsThere());
  const std::string away = directory.path + "/away";
  SECTION("the directory") {
    std::filesystem::rename(path, away);
    CHECK_FALSE(journal.IsThere());
    std::filesystem::copy(away, path, std::filesystem::copy_options::recursive);
    CHECK_FALSE(journal.IsThere());
    // Files that replaced them are left alone.
    opened.journal->Rotate();
    opened.journal->DropBefore(2);
    CHECK(ListSegments(path) == ListSegments(away));
    std::filesystem::remove_all(path);
    std::filesystem::rename(away, path);
  }
  SECTION("a segment") {
    std::filesystem::rename(path + "/" + SegmentName(1), away);
    CHECK_FALSE(journal.IsThere());
    std::filesystem::rename(away, path + "/" + SegmentName(1));
  }
  CHECK(journal.IsThere());
  opened.journal->SetOff(true);
  CHECK(opened.journal->Append("2") == Appended::kNotStored);
  opened.journal->SetOff(false);
  CHECK(opened.journal->Append("2") == Appended::kStored);
  opened.journal->Rotate();
  opened.journal->DropBefore(3);
  CHECK(journal.IsThere());
}
